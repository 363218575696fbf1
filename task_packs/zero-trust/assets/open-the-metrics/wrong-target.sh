# The Service leads to the application's port.
set -eu
kubectl -n gauges expose deployment task --name task-metrics --port 9090 --target-port 8002
kubectl apply -f - <<'END'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: task-from-scraper, namespace: gauges}
spec:
  podSelector: {matchLabels: {app: task}}
  ingress: [{from: [{podSelector: {matchLabels: {app: scraper}}}], ports: [{port: 9090}]}]
END
