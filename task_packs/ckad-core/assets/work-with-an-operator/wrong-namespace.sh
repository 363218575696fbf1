# In another namespace, where no operator looks.
set -eu
kubectl apply -f - <<END
apiVersion: orchard.tempshell.example/v1
kind: Stand
metadata: {name: apples, namespace: default}
spec: {pods: 2, message: $VARS_MESSAGE}
END
kubectl -n orchard patch stand pears --type merge --patch '{"spec": {"pods": 3}}'
kubectl -n orchard wait stand/pears --for jsonpath='{.status.phase}'=Ready --timeout 50s
kubectl -n default delete stand apples --wait=false
