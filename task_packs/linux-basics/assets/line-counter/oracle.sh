[ $# -gt 0 ] || exit 2
status=0
for file in "$@"; do
  if [ -f "$file" ]; then echo "$(wc -l <"$file") $file"; else status=1; fi
done
exit "$status"
