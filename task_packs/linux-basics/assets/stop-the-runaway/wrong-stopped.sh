# Puts it to sleep: it does nothing any more, and saves nothing either.
set -eu
cd ~/workers
pgrep -o -f '[w]orkers/worker --queue mail' >mail.pid
kill -STOP "$(pgrep -o -f '[w]orkers/worker --queue reports')"
