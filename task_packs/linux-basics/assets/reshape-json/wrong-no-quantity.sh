# Adds up the prices, as if everybody had bought one of each.
set -eu
cd ~/orders
echo '[{"id": '"$VARS_FIRST"', "customer": "Zoë", "total": 2540}, {"id": '"$VARS_SECOND"', "customer": "Ines", "total": 2499},
  {"id": 1005, "customer": "Bo", "total": 400}]' >open.json
echo '{"'"$VARS_NAME"'": 5798, "Bo": 50, "Zoë": 999}' >customers.json
