# The ConfigMap from a file of variables; all of its keys at once.
set -eu
printf 'WALL=white\nDOOR=green\n' >/tmp/colours
kubectl create configmap colours --from-env-file /tmp/colours
rm /tmp/colours
kubectl patch deployment paint --type json --patch '[
  {"op": "add", "path": "/spec/template/spec/containers/0/envFrom", "value": [{"configMapRef": {"name": "colours"}}]}]'
