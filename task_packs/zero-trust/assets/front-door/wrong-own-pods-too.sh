# The pods of the own namespace are let in, too.
set -eu
kubectl apply -f - <<'END'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: front-door, namespace: house}
spec:
  podSelector: {matchLabels: {app: frontend}}
  policyTypes: [Ingress]
  ingress:
  - from: [{namespaceSelector: {matchLabels: {role: ingress}}}, {podSelector: {}}]
    ports: [{protocol: TCP, port: 8080}]
END
