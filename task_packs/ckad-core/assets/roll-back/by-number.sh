set -eu
kubectl -n billing rollout history deployment/invoice --revision 2
kubectl -n billing rollout undo deployment/invoice --to-revision 2
