set -eu
kubectl apply -f - <<END
apiVersion: orchard.tempshell.example/v1
kind: Stand
metadata: {name: apples, namespace: orchard}
spec: {pods: 2, message: $VARS_MESSAGE}
END
kubectl -n orchard patch stand pears --type merge --patch '{"spec": {"pods": 3}}'
kubectl -n orchard wait stand --all --for jsonpath='{.status.phase}'=Ready --timeout 50s
