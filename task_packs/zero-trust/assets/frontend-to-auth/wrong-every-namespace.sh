# Pods of other namespaces with that label are let in, too.
set -eu
kubectl apply -f - <<'END'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: frontend-to-auth, namespace: signin}
spec:
  podSelector: {matchLabels: {app: frontend}}
  policyTypes: [Egress]
  egress:
  - to: [{podSelector: {matchLabels: {app: auth}}}]
    ports: [{protocol: TCP, port: 8001}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: auth-from-frontend, namespace: signin}
spec:
  podSelector: {matchLabels: {app: auth}}
  policyTypes: [Ingress]
  ingress:
  - from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: frontend}}}]
    ports: [{protocol: TCP, port: 8001}]
END
