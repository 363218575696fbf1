set -eu
kubectl -n billing rollout undo deployment/invoice
