# Pods of other namespaces with that label are let in, too.
set -eu
kubectl apply -f - <<'END'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: task-from-frontend, namespace: board}
spec:
  podSelector: {matchLabels: {app: task}}
  policyTypes: [Ingress]
  ingress:
  - from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: frontend}}}]
    ports: [{protocol: TCP, port: 8002}]
END
