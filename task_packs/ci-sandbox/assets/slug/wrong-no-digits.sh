# Takes digits for signs.
set -eu
cat >slug.sh <<'END'
#!/bin/sh
[ $# -gt 0 ] || exit 2
echo "$*" | tr A-Z a-z | tr -cs a-z - | sed "s/^-//; s/-$//"
echo
END
chmod 0755 slug.sh
