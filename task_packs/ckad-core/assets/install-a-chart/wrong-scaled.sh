# The second pod by kubectl: the next upgrade would take it away.
set -eu
helm install corner ~/bakery/chart --namespace bakery --set-string message="$VARS_MESSAGE" --set service.port="$VARS_PORT"
kubectl -n bakery scale deployment corner --replicas 2
kubectl -n bakery rollout status deployment/corner --timeout 40s
