# The second line is made up.
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
      containers: [{name: writer, volumeMounts: [{name: data, mountPath: /data}]}]
'
kubectl -n notes rollout status deployment/writer --timeout 40s
kubectl -n notes exec deployment/writer -- sh -c 'echo second pod >>/data/notes'
