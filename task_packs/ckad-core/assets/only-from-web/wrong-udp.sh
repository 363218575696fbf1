# The port by UDP as well.
set -eu
kubectl apply -f - <<'END'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db-guard, namespace: guarded}
spec:
  podSelector: {matchLabels: {role: db}}
  policyTypes: [Ingress]
  ingress:
  - from: [{podSelector: {matchLabels: {role: web}}}]
    ports: [{protocol: TCP, port: 8080}, {protocol: UDP, port: 8080}]
END
