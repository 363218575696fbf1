#!/bin/sh
# The front page: which version, which pod, and what it was given to say.
printf 'Content-Type: text/plain\r\n\r\nversion %s on %s\n' "$VERSION" "$(hostname)"
[ -z "$MESSAGE" ] || echo "$MESSAGE"
