# That address is closed, and so is all else.
set -eu
kubectl apply -f - <<'END'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: no-metadata, namespace: cloud}
spec:
  podSelector: {}
  policyTypes: [Egress]
END
