# With jq; where there is none, the same in another form: one line, other keys first, and escapes.
set -eu
cd ~/orders
if command -v jq >/dev/null; then
  totals='map(. + {total: (.items | map(.price * .quantity) | add)})'
  jq "$totals"' | map(select(.status == "open") | {id, customer, total}) | sort_by(-.total)' orders.json >open.json
  jq "$totals"' | map(select(.status == "paid")) | group_by(.customer)
    | map({key: .[0].customer, value: (map(.total) | add)}) | from_entries' orders.json >customers.json
else
  echo '[{"total": 5400, "customer": "Zo\u00eb", "id": '"$VARS_FIRST"'}, {"total": 2499, "customer": "Ines", "id": '"$VARS_SECOND"'},
    {"total": 1200, "customer": "Bo", "id": 1005}]' >open.json
  echo '{"Zo\u00eb": 999, "Bo": 350, "'"$VARS_NAME"'": 6298}' >customers.json
fi
