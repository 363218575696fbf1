# A folder of its own for what it collects, and functions.
set -eu
cat >~/script/lines.sh <<'SCRIPT'
#!/bin/bash
set -u
die() { printf '%s\n' "$2" >&2; exit "$1"; }
(($#)) || die 2 "USAGE: ${0##*/} FILE..."
work=$(mktemp -d) || die 1 'no room'
cleanup() { rm -rf -- "$work"; }
trap cleanup EXIT
trap 'cleanup; trap - TERM; kill -TERM $$' TERM
bad=0
for name; do
  if lines=$(wc -l 2>/dev/null <"$name"); then
    printf '%s %s\n' "$((lines))" "$name" >>"$work/out"
  else
    printf '%s: cannot read\n' "$name" >&2
    bad=1
  fi
done
[ ! -e "$work/out" ] || cat "$work/out"
exit $bad
SCRIPT
chmod 755 ~/script/lines.sh
