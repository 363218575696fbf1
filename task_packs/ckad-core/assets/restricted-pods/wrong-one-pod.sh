# One of the two pods is given up.
set -eu
kubectl label namespace surgery pod-security.kubernetes.io/enforce=restricted pod-security.kubernetes.io/warn=restricted
kubectl -n surgery patch deployment desk --patch '
spec:
  template:
    spec:
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
      - name: desk
        securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
'
kubectl -n surgery rollout status deployment/desk --timeout 50s
kubectl -n surgery scale deployment desk --replicas 1
