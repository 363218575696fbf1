# Rolled back at the end.
set -eu
kubectl set env deployment/site VERSION=2
kubectl annotate deployment/site kubernetes.io/change-cause='version 2' --overwrite
kubectl rollout status deployment/site --timeout 50s
kubectl rollout undo deployment/site
kubectl rollout status deployment/site --timeout 50s
