# Expressions instead of labels, and a port range of one port.
set -eu
kubectl apply -f - <<'END'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: front-door, namespace: house}
spec:
  podSelector: {matchExpressions: [{key: app, operator: In, values: [frontend]}]}
  policyTypes: [Ingress]
  ingress:
  - from: [{namespaceSelector: {matchExpressions: [{key: role, operator: In, values: [ingress]}]}}]
    ports: [{protocol: TCP, port: 8080, endPort: 8080}]
END
