set -eu
kubectl -n gauges expose deployment task --name task-metrics --port 9090
