# A file of variables, `kubectl set env`, and a JSON patch for the volume.
set -eu
printf 'CITY=Oslo\nUNIT=celsius\n' >/tmp/station.env
kubectl -n weather create configmap station --from-env-file /tmp/station.env
kubectl -n weather set env deployment/weather --from configmap/station --keys CITY
kubectl -n weather patch deployment weather --type json --patch '[
  {"op": "add", "path": "/spec/template/spec/volumes", "value": [{"name": "s", "configMap": {"name": "station"}}]},
  {"op": "add", "path": "/spec/template/spec/containers/0/volumeMounts", "value": [{"name": "s", "mountPath": "/etc/station"}]}]'
