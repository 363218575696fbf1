# An emptyDir ends with its pod.
set -eu
kubectl apply -f - <<'END'
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: notes-data, namespace: notes}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 50Mi}}}
END
kubectl -n notes patch deployment writer --patch '
spec:
  template:
    spec:
      volumes: [{name: data, emptyDir: {}}]
      containers: [{name: writer, volumeMounts: [{name: data, mountPath: /data}]}]
'
