# Writes the totals into the orders.
set -eu
cd ~/orders
echo '[{"id": '"$VARS_FIRST"', "customer": "Zoë", "total": 5400}, {"id": '"$VARS_SECOND"', "customer": "Ines", "total": 2499},
  {"id": 1005, "customer": "Bo", "total": 1200}]' >open.json
echo '{"'"$VARS_NAME"'": 6298, "Bo": 350, "Zoë": 999}' >customers.json
sed -i 's/"status"/"total": 0, "status"/' orders.json
