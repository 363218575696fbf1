# The budget comes when the node is empty.
set -eu
kubectl drain "$VARS_NODE" --ignore-daemonsets --timeout 80s
kubectl -n harbor rollout status deployment/ferry --timeout 40s
kubectl -n harbor create poddisruptionbudget ferry --selector app=ferry --min-available 2
