# By the name of the port.
set -eu
kubectl patch deployment slow --type json --patch '[
  {"op": "add", "path": "/spec/template/spec/containers/0/readinessProbe",
   "value": {"httpGet": {"path": "/page.txt", "port": "web"}, "periodSeconds": 2, "initialDelaySeconds": 1}}]'
