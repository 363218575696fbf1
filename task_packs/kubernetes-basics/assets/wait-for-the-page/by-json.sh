set -eu
kubectl get deployment slow -o json | python3 -c '
import json, sys
slow = json.load(sys.stdin)
probe = {"httpGet": {"path": "/page.txt", "port": 8080, "scheme": "HTTP"}, "periodSeconds": 2, "failureThreshold": 30}
slow["spec"]["template"]["spec"]["containers"][0]["readinessProbe"] = probe
del slow["metadata"]["resourceVersion"]
json.dump(slow, sys.stdout)' | kubectl replace -f -
