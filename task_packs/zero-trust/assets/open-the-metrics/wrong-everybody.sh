# Everybody reads the metrics.
set -eu
kubectl -n gauges expose deployment task --name task-metrics --port 9090
kubectl apply -f - <<'END'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: task-from-scraper, namespace: gauges}
spec:
  podSelector: {matchLabels: {app: task}}
  ingress: [{ports: [{port: 9090}]}]
END
