# The scraper asks somewhere else.
set -eu
kubectl -n gauges expose deployment task --name task-numbers --port 9090
kubectl apply -f - <<'END'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: task-from-scraper, namespace: gauges}
spec:
  podSelector: {matchLabels: {app: task}}
  ingress: [{from: [{podSelector: {matchLabels: {app: scraper}}}], ports: [{port: 9090}]}]
END
kubectl -n gauges get deployment scraper -o json | sed 's/task-metrics/task-numbers/' | kubectl replace -f -
kubectl -n gauges rollout status deployment/scraper --timeout 50s
