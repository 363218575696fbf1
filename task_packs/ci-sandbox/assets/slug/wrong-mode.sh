# Everybody can read it, and nobody run it.
set -eu
cat >slug.sh <<'END'
#!/bin/sh
[ $# -gt 0 ] || exit 2
echo "$*" | tr A-Z a-z | tr -cs a-z0-9 - | sed "s/^-//; s/-$//"
echo
END
chmod 0644 slug.sh
