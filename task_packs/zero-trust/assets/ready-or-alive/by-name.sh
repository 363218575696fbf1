# By the name of the port, with a JSON patch.
set -eu
kubectl -n outage patch deployment auth --type json --patch '[
  {"op": "add", "path": "/spec/template/spec/containers/0/livenessProbe",
   "value": {"httpGet": {"path": "/healthz", "port": "http"}, "periodSeconds": 5, "failureThreshold": 5}},
  {"op": "add", "path": "/spec/template/spec/containers/0/readinessProbe",
   "value": {"httpGet": {"path": "/cgi-bin/ready", "port": "http"}, "periodSeconds": 2, "timeoutSeconds": 3}}]'
