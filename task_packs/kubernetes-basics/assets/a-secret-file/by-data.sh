# As YAML, with the value in base64; the one file alone is mounted.
set -eu
kubectl apply -f - <<'END'
apiVersion: v1
kind: Secret
metadata: {name: door}
data: {pin: NDcxMQ==}
END
kubectl patch deployment lock --type json --patch '[
  {"op": "add", "path": "/spec/template/spec/volumes", "value": [{"name": "v", "secret": {"secretName": "door"}}]},
  {"op": "add", "path": "/spec/template/spec/containers/0/volumeMounts",
   "value": [{"name": "v", "mountPath": "/etc/door/pin", "subPath": "pin"}]}]'
