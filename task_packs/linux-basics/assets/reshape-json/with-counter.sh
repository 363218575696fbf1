# In other words of Python; the sums are numbers with a fraction of zero.
set -eu
cd ~/orders
python3 -c '
import json, collections
orders = json.loads(open("orders.json", encoding="utf-8").read())
def worth(order): return sum(float(one["price"]) * one["quantity"] for one in order["items"])
waiting = [dict(total=worth(o), id=o["id"], customer=o["customer"]) for o in orders if o["status"] == "open"]
waiting.sort(key=lambda one: -one["total"])
paid = collections.Counter()
for o in orders:
    if o["status"] == "paid": paid[o["customer"]] += worth(o)
json.dump(waiting, open("open.json", "w"))
json.dump(dict(paid.most_common()), open("customers.json", "w"))
'
