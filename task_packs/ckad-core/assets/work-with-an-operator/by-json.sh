# A new one from the old one with jq, and a JSON patch.
set -eu
kubectl -n orchard get stand pears -o json |
  jq --arg message "$VARS_MESSAGE" '{apiVersion, kind, metadata: {name: "apples"}, spec: {pods: 2, message: $message}}' |
  kubectl -n orchard create -f -
kubectl -n orchard patch stands.orchard.tempshell.example pears --type json \
  --patch '[{"op": "replace", "path": "/spec/pods", "value": 3}]'
kubectl -n orchard wait stand/pears --for jsonpath='{.status.phase}'=Ready --timeout 50s
