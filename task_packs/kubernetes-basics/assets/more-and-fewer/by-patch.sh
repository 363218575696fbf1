set -eu
kubectl patch deployment workers --patch '{"spec": {"replicas": 3}}'
kubectl get deployment helpers -o json | python3 -c '
import json, sys
deployment = json.load(sys.stdin)
deployment["spec"]["replicas"] = 0
del deployment["metadata"]["resourceVersion"]
json.dump(deployment, sys.stdout)' | kubectl replace -f -
