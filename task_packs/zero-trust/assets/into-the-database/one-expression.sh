# One peer with an expression for both values.
set -eu
kubectl apply -f - <<'END'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: mysql-clients, namespace: ledger}
spec:
  podSelector: {matchExpressions: [{key: app, operator: In, values: [mysql]}]}
  policyTypes: [Ingress]
  ingress:
  - from: [{podSelector: {matchExpressions: [{key: app, operator: In, values: [auth, task]}]}}]
    ports: [{protocol: TCP, port: 3306}]
END
