# Adds up the prices, as if everybody had bought one of each.
set -eu
cd ~/orders
echo '[{"id": 1007, "customer": "Zoë", "total": 2540}, {"id": 1002, "customer": "Ines", "total": 2499},
  {"id": 1005, "customer": "Bo", "total": 400}]' >open.json
echo '{"Ada": 5798, "Bo": 50, "Zoë": 999}' >customers.json
