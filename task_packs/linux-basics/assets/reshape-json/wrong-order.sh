# The smallest total first, and the sums of all orders that were not cancelled.
set -eu
cd ~/orders
python3 - <<'PYTHON'
import json

orders = json.load(open("orders.json", encoding="utf-8"))
totals = {}
for order in orders:
    order["total"] = sum(item["price"] * item["quantity"] for item in order["items"])
    if order["status"] != "cancelled":
        totals[order["customer"]] = totals.get(order["customer"], 0) + order["total"]
waiting = sorted((one for one in orders if one["status"] == "open"), key=lambda one: one["total"])
json.dump([{key: one[key] for key in ("id", "customer", "total")} for one in waiting], open("open.json", "w"))
json.dump(totals, open("customers.json", "w"))
PYTHON
