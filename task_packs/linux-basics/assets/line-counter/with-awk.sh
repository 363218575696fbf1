# Lets the redirection itself find out what cannot be read; no suffix, and nothing that bash alone knows but the trap.
set -eu
cat >~/script/lines.sh <<'SCRIPT'
#!/usr/bin/env bash
[ "$1" ] || { echo "Usage: $0 file ..." >&2; exit 2; }
lines=$(mktemp /tmp/lines.XXXXXX)
trap 'rm -f "$lines"' EXIT
while [ $# -gt 0 ]; do
  if count=$({ tr -cd '\n' | awk '{ n++ } END { print n + 0 }'; } <"$1"); then echo "$count $1"; else failed=1; fi
  shift
done >"$lines"
cat "$lines"
exit ${failed:-0}
SCRIPT
chmod 0700 ~/script/lines.sh
