# No pod may be missing, so none can be evicted: they are deleted past the budget.
set -eu
kubectl -n harbor create poddisruptionbudget ferry --selector app=ferry --min-available 3
kubectl drain "$VARS_NODE" --ignore-daemonsets --disable-eviction --timeout 80s
kubectl -n harbor rollout status deployment/ferry --timeout 40s
