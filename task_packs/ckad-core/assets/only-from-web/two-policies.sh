# One policy that lets nobody in, and one that lets web in. Without `policyTypes`, a policy is about what comes in.
set -eu
kubectl apply -f - <<'END'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db-nobody, namespace: guarded}
spec: {podSelector: {matchLabels: {role: db}}, policyTypes: [Ingress]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db-guard, namespace: guarded}
spec:
  podSelector: {matchLabels: {role: db}}
  ingress: [{ports: [{port: 8080}], from: [{podSelector: {matchLabels: {role: web}}}]}]
END
