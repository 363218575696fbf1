# The values are changed in the chart, for all who use it.
set -eu
sed -i "s/replicas: 1/replicas: 2/; s/message: .*/message: $VARS_MESSAGE/; s/port: 80/port: $VARS_PORT/" ~/bakery/chart/values.yaml
helm install corner ~/bakery/chart --namespace bakery
kubectl -n bakery rollout status deployment/corner --timeout 40s
