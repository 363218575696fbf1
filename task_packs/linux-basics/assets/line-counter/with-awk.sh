# Lets the redirection itself find out what cannot be read.
set -eu
cat >~/script/lines.sh <<'SCRIPT'
#!/usr/bin/env bash
[ "$1" ] || { echo "Usage: $0 file ..." >&2; exit 2; }
lines=$(mktemp)
trap 'rm -f "$lines"' EXIT
while [ $# -gt 0 ]; do
  if count=$(awk 'END { print NR }' <"$1"); then echo "$count $1"; else failed=1; fi
  shift
done >"$lines"
cat "$lines"
exit ${failed:-0}
SCRIPT
chmod 0700 ~/script/lines.sh
