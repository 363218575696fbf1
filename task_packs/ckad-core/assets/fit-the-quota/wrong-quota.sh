# The quota is deleted.
set -eu
kubectl -n budget delete resourcequota budget
