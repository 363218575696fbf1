# The object is read, changed and written back.
set -eu
kubectl -n outage get deployment auth -o json | jq '.spec.template.spec.containers[0] += {
  readinessProbe: {httpGet: {path: "/cgi-bin/ready", port: 8001, scheme: "HTTP"}, periodSeconds: 2, timeoutSeconds: 3},
  livenessProbe: {httpGet: {path: "/healthz", port: 8001}, periodSeconds: 5}} | del(.metadata.resourceVersion)' |
  kubectl replace -f -
