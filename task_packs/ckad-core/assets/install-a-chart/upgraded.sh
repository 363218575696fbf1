# In two steps: the second keeps the values of the first.
set -eu
kubectl config set-context --current --namespace bakery
helm install corner ~/bakery/chart --set "replicas=2,message=$VARS_MESSAGE"
helm upgrade corner ~/bakery/chart --reuse-values --set-json "service={\"port\": $VARS_PORT}" --wait --timeout 40s
kubectl config set-context --current --namespace default
