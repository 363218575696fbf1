# The operator is stopped, so nothing comes of the Stand that is made after that.
set -eu
kubectl -n orchard patch stand pears --type merge --patch '{"spec": {"pods": 3}}'
until kubectl -n orchard rollout status deployment pears --timeout 50s 2>/dev/null; do sleep 0.5; done
kubectl -n orchard wait stand/pears --for jsonpath='{.status.phase}'=Ready --timeout 50s
kubectl -n orchard scale deployment operator --replicas 0
kubectl -n orchard wait pod --selector app=operator --for delete --timeout 50s
kubectl apply -f - <<END
apiVersion: orchard.tempshell.example/v1
kind: Stand
metadata: {name: apples, namespace: orchard}
spec: {pods: 2, message: $VARS_MESSAGE}
END
