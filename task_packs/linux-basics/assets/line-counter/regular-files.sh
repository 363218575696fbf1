# Only regular files are read.
set -eu
cat >~/script/lines.sh <<'SCRIPT'
#!/bin/bash
if [ $# -eq 0 ]; then
  echo "usage: lines.sh FILE..." >&2
  exit 2
fi

scratch=$(mktemp) || exit 1
trap 'rm -f "$scratch"' EXIT
trap 'exit 143' TERM

status=0
for file in "$@"; do
  if [[ -f $file && -r $file ]]; then
    echo "$(wc -l <"$file") $file" >>"$scratch"
  else
    echo "lines.sh: cannot read $file" >&2
    status=1
  fi
done
cat "$scratch"
exit "$status"
SCRIPT
chmod +x ~/script/lines.sh
