# Empty lists of rules allow as little as none.
set -eu
kubectl apply -f - <<'END'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny, namespace: closed}
spec:
  podSelector: {}
  policyTypes: [Egress, Ingress]
  ingress: []
  egress: []
END
