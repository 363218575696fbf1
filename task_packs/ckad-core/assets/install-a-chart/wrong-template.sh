# The objects are there, and Helm knows nothing of a release.
set -eu
helm template corner ~/bakery/chart --namespace bakery \
  --set replicas=2 --set-string message="$VARS_MESSAGE" --set service.port="$VARS_PORT" | kubectl -n bakery apply -f -
kubectl -n bakery rollout status deployment/corner --timeout 40s
