set -eu
kubectl apply -f - <<'END'
apiVersion: v1
kind: Service
metadata: {name: task-metrics, namespace: gauges}
spec: {selector: {app: task}, ports: [{name: metrics, port: 9090}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: task-from-scraper, namespace: gauges}
spec:
  podSelector: {matchLabels: {app: task}}
  ingress: [{from: [{podSelector: {matchLabels: {app: scraper}}}], ports: [{port: 9090}]}]
END
