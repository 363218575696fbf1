# A pod that is added later is not meant.
set -eu
kubectl apply -f - <<'END'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny, namespace: closed}
spec:
  podSelector: {matchLabels: {app: auth}}
  policyTypes: [Ingress, Egress]
END
