# The Deployment is read, changed and written back; then its pod is deleted.
set -eu
kubectl create -f - <<'END'
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: notes-data, namespace: notes}
spec: {storageClassName: standard, accessModes: [ReadWriteOnce], resources: {requests: {storage: 52428800}}}
END
kubectl -n notes get deployment writer -o json | jq '.spec.template.spec |= (
  .volumes = [{name: "claim", persistentVolumeClaim: {claimName: "notes-data"}}]
  | .containers[0].volumeMounts = [{name: "claim", mountPath: "/data/"}])' | jq 'del(.metadata.resourceVersion)' | kubectl replace -f -
kubectl -n notes rollout status deployment/writer --timeout 40s
kubectl -n notes delete pod -l app=writer --force --grace-period 0
