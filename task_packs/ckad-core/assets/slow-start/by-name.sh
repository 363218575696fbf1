# The port by its name; the Deployment is read and written back. What is not asked for stays.
set -eu
kubectl -n catalog get deployment catalog -o json | jq '
  {path: "/healthz", port: "http"} as $get
  | .spec.template.spec.containers[0] += {
    startupProbe: {httpGet: $get, periodSeconds: 2, failureThreshold: 20},
    readinessProbe: {httpGet: $get, periodSeconds: 3, failureThreshold: 3},
    livenessProbe: {httpGet: $get, periodSeconds: 5, failureThreshold: 3, initialDelaySeconds: 1}}' | jq 'del(.metadata.resourceVersion)' | kubectl replace -f -
