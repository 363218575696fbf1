set -eu
helm install corner ~/bakery/chart --namespace bakery \
  --set replicas=2 --set-string message="$VARS_MESSAGE" --set service.port="$VARS_PORT"
kubectl -n bakery rollout status deployment/corner --timeout 40s
