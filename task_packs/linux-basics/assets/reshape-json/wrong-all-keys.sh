# Keeps all keys of the orders.
set -eu
cd ~/orders
python3 - <<'PYTHON'
import json

orders = json.load(open("orders.json", encoding="utf-8"))
for order in orders:
    order["total"] = sum(item["price"] * item["quantity"] for item in order["items"])
paid = {}
for order in orders:
    if order["status"] == "paid":
        paid[order["customer"]] = paid.get(order["customer"], 0) + order["total"]
waiting = sorted((one for one in orders if one["status"] == "open"), key=lambda one: -one["total"])
json.dump(waiting, open("open.json", "w"))
json.dump(paid, open("customers.json", "w"))
PYTHON
