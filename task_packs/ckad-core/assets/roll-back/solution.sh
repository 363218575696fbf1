set -eu
kubectl -n billing rollout undo deployment/invoice
kubectl -n billing rollout status deployment/invoice --timeout 40s
