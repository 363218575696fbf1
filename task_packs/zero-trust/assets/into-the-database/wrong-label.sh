# About pods that are not there.
set -eu
kubectl apply -f - <<'END'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: mysql-clients, namespace: ledger}
spec:
  podSelector: {matchLabels: {app: database}}
  policyTypes: [Ingress]
  ingress:
  - from:
    - {podSelector: {matchLabels: {app: auth}}}
    - {podSelector: {matchLabels: {app: task}}}
    ports: [{protocol: TCP, port: 3306}]
END
