# It is about who reaches web, instead of whom web reaches.
set -eu
kubectl apply -f - <<'END'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db-guard, namespace: guarded}
spec:
  podSelector: {matchLabels: {role: web}}
  policyTypes: [Ingress]
  ingress:
  - from: [{podSelector: {matchLabels: {role: db}}}]
    ports: [{protocol: TCP, port: 8080}]
END
