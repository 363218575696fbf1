# The last good revision, and one more setting on top.
set -eu
kubectl -n billing rollout undo deployment/invoice
kubectl -n billing set env deployment/invoice LOG_LEVEL=debug
