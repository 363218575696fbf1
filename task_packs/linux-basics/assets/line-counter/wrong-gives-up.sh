# Gives up at the first file that it cannot read.
set -eu
cat >~/script/lines.sh <<'SCRIPT'
#!/bin/bash
[ $# -gt 0 ] || { echo "usage: lines.sh FILE..." >&2; exit 2; }
scratch=$(mktemp)
trap 'rm -f "$scratch"' EXIT
for file in "$@"; do
  [ -r "$file" ] || { echo "no $file" >&2; exit 1; }
  echo "$(wc -l <"$file") $file" >>"$scratch"
done
cat "$scratch"
SCRIPT
chmod +x ~/script/lines.sh
