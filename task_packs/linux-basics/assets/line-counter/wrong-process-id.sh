# A name that can be guessed, and a file that all can read.
set -eu
cat >~/script/lines.sh <<'SCRIPT'
#!/bin/bash
[ $# -gt 0 ] || { echo "usage: lines.sh FILE..." >&2; exit 2; }
scratch=${TMPDIR:-/tmp}/lines.$$
trap 'rm -f "$scratch"' EXIT
status=0
for file in "$@"; do
  if [ -r "$file" ]; then echo "$(wc -l <"$file") $file"; else echo "no $file" >&2; status=1; fi
done >"$scratch"
cat "$scratch"
exit $status
SCRIPT
chmod +x ~/script/lines.sh
