# One capability is added again, and `/tmp` is a folder of the node.
set -eu
kubectl -n bank patch deployment teller --patch '
spec:
  template:
    spec:
      volumes: [{name: tmp, hostPath: {path: /tmp}}]
      containers:
      - name: teller
        securityContext:
          runAsUser: 20000
          runAsNonRoot: true
          allowPrivilegeEscalation: false
          readOnlyRootFilesystem: true
          capabilities: {drop: [ALL], add: [NET_ADMIN]}
        volumeMounts: [{name: tmp, mountPath: /tmp}]
'
