# In another namespace: the one that the current context names.
set -eu
helm install corner ~/bakery/chart \
  --set replicas=2 --set-string message="$VARS_MESSAGE" --set service.port="$VARS_PORT"
helm uninstall corner
