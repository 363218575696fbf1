# Two blocks that make up all addresses, in a rule each.
set -eu
kubectl apply -f - <<'END'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: no-metadata, namespace: cloud}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
  - to: [{ipBlock: {cidr: 0.0.0.0/1}}]
  - to: [{ipBlock: {cidr: 128.0.0.0/1, except: [169.254.169.254/32]}}]
END
