# All keys as variables, and the files by a projected volume.
set -eu
kubectl apply -f - <<'END'
apiVersion: v1
kind: ConfigMap
metadata: {name: station, namespace: weather}
data:
  CITY: Oslo
  UNIT: celsius
immutable: true
END
kubectl -n weather get deployment weather -o json | jq '.spec.template.spec |= (
  .volumes = [{name: "station", projected: {sources: [{configMap: {name: "station"}}]}}]
  | .containers[0] += {envFrom: [{configMapRef: {name: "station"}}], volumeMounts: [{name: "station", mountPath: "/etc/station/"}]})' |
  jq 'del(.metadata.resourceVersion)' | kubectl replace -f -
