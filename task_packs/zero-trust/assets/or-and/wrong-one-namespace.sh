# The namespace of today by its name, and not by the label.
set -eu
kubectl apply -f - <<'END'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: auth-clients, namespace: partner}
spec:
  podSelector: {matchLabels: {app: auth}}
  policyTypes: [Ingress]
  ingress:
  - from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: web}}, podSelector: {matchLabels: {app: frontend}}}]
    ports: [{protocol: TCP, port: 8001}]
END
