# Not root, but the user of the image.
set -eu
kubectl -n bank patch deployment teller --patch '
spec:
  template:
    spec:
      volumes: [{name: tmp, emptyDir: {}}]
      containers:
      - name: teller
        securityContext:
          runAsUser: null
          runAsNonRoot: true
          allowPrivilegeEscalation: false
          readOnlyRootFilesystem: true
          capabilities: {drop: [ALL]}
        volumeMounts: [{name: tmp, mountPath: /tmp}]
'
