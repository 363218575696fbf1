# Expressions in the place of labels, a range of one port, and egress that allows everything.
set -eu
kubectl apply -f - <<'END'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db-guard, namespace: guarded}
spec:
  podSelector: {matchExpressions: [{key: role, operator: In, values: [db]}]}
  policyTypes: [Egress, Ingress]
  egress: [{}]
  ingress:
  - from:
    - podSelector: {matchExpressions: [{key: role, operator: In, values: [web]}]}
      namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: guarded}}
    ports: [{port: 8080, endPort: 8080}]
END
