# Spaces become dashes, and other signs stay.
set -eu
cat >slug.sh <<'END'
#!/bin/sh
[ $# -gt 0 ] || exit 2
echo "$*" | tr A-Z a-z | tr -s ' ' -
END
chmod 0755 slug.sh
