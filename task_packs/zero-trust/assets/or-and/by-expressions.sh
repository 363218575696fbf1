# Expressions instead of labels.
set -eu
kubectl apply -f - <<'END'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: auth-clients, namespace: partner}
spec:
  podSelector: {matchLabels: {app: auth}}
  policyTypes: [Ingress]
  ingress:
  - from: [{namespaceSelector: {matchExpressions: [{key: team, operator: In, values: [web]}]}, podSelector: {matchExpressions: [{key: app, operator: In, values: [frontend]}]}}]
    ports: [{protocol: TCP, port: 8001}]
END
