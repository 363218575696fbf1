# Without a budget all pods are evicted at once.
set -eu
kubectl drain "$VARS_NODE" --ignore-daemonsets --timeout 80s
kubectl -n harbor rollout status deployment/ferry --timeout 40s
