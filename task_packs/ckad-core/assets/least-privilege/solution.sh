set -eu
kubectl -n bank patch deployment teller --patch '
spec:
  template:
    spec:
      volumes: [{name: tmp, emptyDir: {}}]
      containers:
      - name: teller
        securityContext:
          runAsUser: 20000
          runAsNonRoot: true
          allowPrivilegeEscalation: false
          readOnlyRootFilesystem: true
          capabilities: {drop: [ALL]}
        volumeMounts: [{name: tmp, mountPath: /tmp}]
'
