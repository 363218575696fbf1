# Expressions instead of labels, and the own namespace spelt out.
set -eu
kubectl apply -f - <<'END'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: task-from-frontend, namespace: board}
spec:
  podSelector: {matchExpressions: [{key: app, operator: In, values: [task]}]}
  policyTypes: [Ingress]
  ingress:
  - from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: board}}, podSelector: {matchExpressions: [{key: app, operator: In, values: [frontend]}]}}]
    ports: [{protocol: TCP, port: 8002}]
END
