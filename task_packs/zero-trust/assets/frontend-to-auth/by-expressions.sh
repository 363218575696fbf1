# Expressions instead of labels, and the own namespace spelt out.
set -eu
kubectl apply -f - <<'END'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: frontend-to-auth, namespace: signin}
spec:
  podSelector: {matchExpressions: [{key: app, operator: In, values: [frontend]}]}
  policyTypes: [Egress]
  egress:
  - to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: signin}}, podSelector: {matchExpressions: [{key: app, operator: In, values: [auth]}]}}]
    ports: [{protocol: TCP, port: 8001}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: auth-from-frontend, namespace: signin}
spec:
  podSelector: {matchExpressions: [{key: app, operator: In, values: [auth]}]}
  policyTypes: [Ingress]
  ingress:
  - from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: signin}}, podSelector: {matchExpressions: [{key: app, operator: In, values: [frontend]}]}}]
    ports: [{protocol: TCP, port: 8001}]
END
