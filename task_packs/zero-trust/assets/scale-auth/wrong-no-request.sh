# Seventy percent of nothing.
set -eu
kubectl -n rush autoscale deployment auth --name auth --min 1 --max 10 --cpu-percent 70
