set -eu
cd ~/orders
python3 - <<'PYTHON'
import json

with open("orders.json", encoding="utf-8") as file:
    orders = json.load(file)
for order in orders:
    order["total"] = sum(item["price"] * item["quantity"] for item in order["items"])

waiting = sorted((one for one in orders if one["status"] == "open"), key=lambda one: one["total"], reverse=True)
paid = {}
for order in orders:
    if order["status"] == "paid":
        paid[order["customer"]] = paid.get(order["customer"], 0) + order["total"]

with open("open.json", "w", encoding="utf-8") as file:
    json.dump([{key: one[key] for key in ("id", "customer", "total")} for one in waiting], file, indent=2)
with open("customers.json", "w", encoding="utf-8") as file:
    json.dump(paid, file, indent=2)
PYTHON
