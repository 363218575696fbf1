# With bash alone.
set -eu
cat >total.sh <<'END'
#!/bin/bash
total=0 entries=0
while IFS=, read -r name amount || [[ $name ]]; do
  ((++entries))
  [[ $amount =~ ^-?[0-9]+$ ]] || { echo "error in line: $entries" >&2; exit 1; }
  ((total += 10#${amount#-} * (${amount/[0-9]*/}1)))
done
printf '{ "total": %d, "entries": %d }' "$total" "$entries"
END
chmod 0700 total.sh
