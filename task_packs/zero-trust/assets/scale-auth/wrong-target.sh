# The pods of today instead of the Deployment that replaces them.
set -eu
kubectl -n rush autoscale "$(kubectl -n rush get replicaset -l app=auth -o name | head -n 1)" --name auth --min 1 --max 10 --cpu-percent 70
kubectl -n rush set resources deployment auth --containers auth --requests cpu=50m
kubectl -n rush rollout status deployment/auth --timeout 50s
