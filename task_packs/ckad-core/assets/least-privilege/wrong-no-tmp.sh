# Nothing can be written at all.
set -eu
kubectl -n bank patch deployment teller --patch '
spec:
  template:
    spec:
      containers:
      - name: teller
        securityContext:
          runAsUser: 20000
          runAsNonRoot: true
          allowPrivilegeEscalation: false
          readOnlyRootFilesystem: true
          capabilities: {drop: [ALL]}
'
