# The budget is about other pods.
set -eu
kubectl -n harbor create poddisruptionbudget ferry --selector name=ferry --min-available 2
kubectl drain "$VARS_NODE" --ignore-daemonsets --timeout 80s
kubectl -n harbor rollout status deployment/ferry --timeout 40s
