# Pods of other namespaces with these labels are let in, too.
set -eu
kubectl apply -f - <<'END'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: mysql-clients, namespace: ledger}
spec:
  podSelector: {matchLabels: {app: mysql}}
  policyTypes: [Ingress]
  ingress:
  - from: [{namespaceSelector: {}, podSelector: {matchExpressions: [{key: app, operator: In, values: [auth, task]}]}}]
    ports: [{protocol: TCP, port: 3306}]
END
