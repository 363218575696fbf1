# The other spellings of the same amounts.
set -eu
kubectl get deployment mule -o json | python3 -c '
import json, sys
mule = json.load(sys.stdin)
mule["spec"]["template"]["spec"]["containers"][0]["resources"] = {
    "requests": {"cpu": 0.02, "memory": 16 * 1024**2},
    "limits": {"cpu": "0.1", "memory": "65536Ki"},
}
del mule["metadata"]["resourceVersion"]
json.dump(mule, sys.stdout)' | kubectl replace -f -
