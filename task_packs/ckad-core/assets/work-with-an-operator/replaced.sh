# `pears` is deleted and created again.
set -eu
kubectl -n orchard delete stand pears
kubectl create -f - <<END
apiVersion: v1
kind: List
items:
- apiVersion: orchard.tempshell.example/v1
  kind: Stand
  metadata: {name: pears, namespace: orchard, labels: {fruit: pears}}
  spec: {pods: 3, message: pears}
- apiVersion: orchard.tempshell.example/v1
  kind: Stand
  metadata: {name: apples, namespace: orchard, labels: {fruit: apples}}
  spec: {pods: 2, message: "$VARS_MESSAGE"}
END
kubectl -n orchard wait stand --all --for jsonpath='{.status.phase}'=Ready --timeout 50s
