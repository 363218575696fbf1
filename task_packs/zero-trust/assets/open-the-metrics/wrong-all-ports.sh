# The scraper reaches the application as well.
set -eu
kubectl -n gauges expose deployment task --name task-metrics --port 9090
kubectl apply -f - <<'END'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: task-from-scraper, namespace: gauges}
spec:
  podSelector: {matchLabels: {app: task}}
  ingress: [{from: [{podSelector: {matchLabels: {app: scraper}}}]}]
END
