# The first revision worked, too, but is not the last that did.
set -eu
kubectl -n billing rollout undo deployment/invoice --to-revision 1
