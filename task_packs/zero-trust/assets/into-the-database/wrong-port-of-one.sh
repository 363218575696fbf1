# `task` is let in to every port.
set -eu
kubectl apply -f - <<'END'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: mysql-clients, namespace: ledger}
spec:
  podSelector: {matchLabels: {app: mysql}}
  policyTypes: [Ingress]
  ingress:
  - from: [{podSelector: {matchLabels: {app: auth}}}]
    ports: [{protocol: TCP, port: 3306}]
  - from: [{podSelector: {matchLabels: {app: task}}}]
END
