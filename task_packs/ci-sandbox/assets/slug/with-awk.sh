# With awk, which gets the title from its environment.
set -eu
cat >slug.sh <<'END'
#!/bin/sh
[ -n "${1-}" ] || exit 2
TITLE=$1 exec awk 'BEGIN {
  title = tolower(ENVIRON["TITLE"])
  gsub(/[^a-z0-9]+/, "-", title)
  gsub(/^-|-$/, "", title)
  print title
}'
END
chmod 0755 slug.sh
