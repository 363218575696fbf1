# An empty rule allows everything, and is not the same as none.
set -eu
kubectl apply -f - <<'END'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny, namespace: closed}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress: [{}]
END
