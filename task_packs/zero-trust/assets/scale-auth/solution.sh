set -eu
kubectl -n rush set resources deployment auth --containers auth --requests cpu=50m
kubectl -n rush autoscale deployment auth --name auth --min 1 --max 10 --cpu-percent 70
kubectl -n rush rollout status deployment/auth --timeout 50s
