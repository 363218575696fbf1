# Without a pod, the change costs nothing; then one pod after the other.
set -eu
kubectl -n notes scale deployment writer --replicas 0
kubectl apply -f - <<'END'
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: notes-data, namespace: notes}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 50Mi}}}
END
kubectl -n notes patch deployment writer --type json --patch '[
  {"op": "add", "path": "/spec/template/spec/volumes", "value": [{"name": "d", "persistentVolumeClaim": {"claimName": "notes-data"}}]},
  {"op": "add", "path": "/spec/template/spec/containers/0/volumeMounts", "value": [{"name": "d", "mountPath": "/data"}]},
  {"op": "replace", "path": "/spec/replicas", "value": 1}]'
kubectl -n notes rollout status deployment/writer --timeout 40s
kubectl -n notes rollout restart deployment/writer
