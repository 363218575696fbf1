# Another program writes both lines at once.
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
      volumes: [{name: data, persistentVolumeClaim: {claimName: notes-data}}]
      containers:
      - name: writer
        command: [sh, -c, "hostname >/data/notes; echo writer-7d5b8c9f-x2k4q >>/data/notes; exec sleep 86400"]
        volumeMounts: [{name: data, mountPath: /data}]
'
