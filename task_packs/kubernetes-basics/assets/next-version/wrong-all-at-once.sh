# All pods end before the first new one begins.
set -eu
kubectl patch deployment site --type merge --patch '{"spec": {"strategy": {"type": "Recreate", "rollingUpdate": null}}}'
kubectl set env deployment/site VERSION=2
kubectl annotate deployment/site kubernetes.io/change-cause='version 2' --overwrite
kubectl rollout status deployment/site --timeout 50s
