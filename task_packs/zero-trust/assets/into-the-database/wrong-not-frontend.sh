# Everybody but `frontend`.
set -eu
kubectl apply -f - <<'END'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: mysql-clients, namespace: ledger}
spec:
  podSelector: {matchLabels: {app: mysql}}
  policyTypes: [Ingress]
  ingress:
  - from: [{podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [frontend]}]}}]
    ports: [{protocol: TCP, port: 3306}]
END
