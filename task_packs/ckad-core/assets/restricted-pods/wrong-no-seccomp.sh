# Without a seccomp profile: no new pod is admitted, and the old ones go on running.
set -eu
kubectl label namespace surgery pod-security.kubernetes.io/enforce=restricted pod-security.kubernetes.io/warn=restricted
kubectl -n surgery patch deployment desk --patch '
spec:
  template:
    spec:
      securityContext: {runAsNonRoot: true}
      containers:
      - name: desk
        securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
'
