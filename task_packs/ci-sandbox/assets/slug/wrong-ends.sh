# Leaves a hyphen at either end.
set -eu
cat >slug.sh <<'END'
#!/bin/sh
[ $# -gt 0 ] || exit 2
printf %s "$*" | tr A-Z a-z | tr -cs a-z0-9 -
END
chmod 0755 slug.sh
