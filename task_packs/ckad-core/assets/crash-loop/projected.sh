# The ConfigMap is one of the sources of a projected volume; the Deployment is read and written back.
set -eu
kubectl -n orders get deployment orders -o json | jq '.spec.template.spec |= (
  .volumes = [{name: "all", projected: {sources: [{configMap: {name: "orders-settings"}}]}}]
  | .containers[0].volumeMounts = [{name: "all", mountPath: "/etc/orders/", readOnly: true}])' | jq 'del(.metadata.resourceVersion)' | kubectl replace -f -
