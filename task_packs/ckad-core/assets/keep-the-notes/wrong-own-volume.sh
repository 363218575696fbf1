# A volume made by hand, of no class.
set -eu
kubectl apply -f - <<'END'
apiVersion: v1
kind: PersistentVolume
metadata: {name: notes-data}
spec:
  accessModes: [ReadWriteOnce]
  capacity: {storage: 50Mi}
  storageClassName: ""
  hostPath: {path: /var/lib/notes-data, type: DirectoryOrCreate}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: notes-data, namespace: notes}
spec: {storageClassName: "", accessModes: [ReadWriteOnce], resources: {requests: {storage: 50Mi}}}
END
kubectl -n notes patch deployment writer --patch '
spec:
  template:
    spec:
      volumes: [{name: data, persistentVolumeClaim: {claimName: notes-data}}]
      containers: [{name: writer, volumeMounts: [{name: data, mountPath: /data}]}]
'
kubectl -n notes rollout status deployment/writer --timeout 40s
kubectl -n notes rollout restart deployment/writer
kubectl -n notes rollout status deployment/writer --timeout 40s
