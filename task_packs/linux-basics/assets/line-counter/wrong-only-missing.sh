# Looks for files that are not there, and not for those that it may not read.
set -eu
cat >~/script/lines.sh <<'SCRIPT'
#!/bin/bash
[ $# -gt 0 ] || { echo "usage: lines.sh FILE..." >&2; exit 2; }
scratch=$(mktemp)
trap 'rm -f "$scratch"' EXIT
status=0
for file in "$@"; do
  if [ -e "$file" ]; then echo "$(cat "$file" 2>/dev/null | wc -l) $file"; else echo "no $file" >&2; status=1; fi
done >"$scratch"
cat "$scratch"
exit $status
SCRIPT
chmod +x ~/script/lines.sh
