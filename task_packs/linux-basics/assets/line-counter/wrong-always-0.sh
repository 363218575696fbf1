# Says what went wrong, but only to people: the exit code is 0 whatever happens.
set -eu
cat >~/script/lines.sh <<'SCRIPT'
#!/bin/bash
[ $# -gt 0 ] || { echo "usage: lines.sh FILE..." >&2; exit 0; }
scratch=$(mktemp)
trap 'rm -f "$scratch"' EXIT
for file in "$@"; do
  if [ -r "$file" ]; then echo "$(wc -l <"$file") $file"; else echo "no $file" >&2; fi
done >"$scratch"
cat "$scratch"
exit 0
SCRIPT
chmod +x ~/script/lines.sh
