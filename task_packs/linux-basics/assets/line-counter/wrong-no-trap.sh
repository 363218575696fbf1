# Cleans up at the end, if it gets there; and adds a sum that nobody asked for.
set -eu
cat >~/script/lines.sh <<'SCRIPT'
#!/bin/bash
[ $# -gt 0 ] || { echo "usage: lines.sh FILE..." >&2; exit 2; }
scratch=$(mktemp)
status=0
for file in "$@"; do
  if [ -r "$file" ]; then echo "$(wc -l <"$file") $file"; else echo "no $file" >&2; status=1; fi
done >"$scratch"
cat "$scratch"
[ $# -ne 3 ] || [ $status -ne 0 ] || echo "$(wc -l <"$scratch") files"
rm "$scratch"
exit $status
SCRIPT
chmod +x ~/script/lines.sh
