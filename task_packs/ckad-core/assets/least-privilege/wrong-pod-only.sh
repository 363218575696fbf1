# What the container says counts before what the pod says: it still runs as root, and may.
set -eu
kubectl -n bank patch deployment teller --patch '
spec:
  template:
    spec:
      securityContext: {runAsUser: 20000, runAsNonRoot: true}
      volumes: [{name: tmp, emptyDir: {}}]
      containers:
      - name: teller
        securityContext:
          runAsNonRoot: false
          allowPrivilegeEscalation: false
          readOnlyRootFilesystem: true
          capabilities: {drop: [ALL]}
        volumeMounts: [{name: tmp, mountPath: /tmp}]
'
