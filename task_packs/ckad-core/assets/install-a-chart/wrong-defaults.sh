# With nothing but the chart's own values.
set -eu
helm install corner ~/bakery/chart --namespace bakery
kubectl -n bakery rollout status deployment/corner --timeout 40s
