# The object is read, changed and applied.
set -eu
kubectl get deployment site -o json | python3 -c '
import json, sys
site = json.load(sys.stdin)
site["metadata"]["annotations"]["kubernetes.io/change-cause"] = "version 2"
site["spec"]["template"]["spec"]["containers"][0]["env"] = [{"name": "VERSION", "value": "2"}]
for name in ("resourceVersion", "uid", "managedFields", "creationTimestamp"):
    site["metadata"].pop(name, None)
json.dump(site, sys.stdout)' | kubectl apply -f -
