# The policy that is there gets a second rule.
set -eu
kubectl -n gauges create service clusterip task-metrics --tcp 9090:9090
kubectl -n gauges set selector service task-metrics app=task
kubectl -n gauges patch networkpolicy task-from-frontend --type json --patch '[{"op": "add", "path": "/spec/ingress/-",
  "value": {"from": [{"podSelector": {"matchLabels": {"app": "scraper"}}}], "ports": [{"port": 9090}]}}]'
