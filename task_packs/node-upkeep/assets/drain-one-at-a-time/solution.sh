set -eu
kubectl -n harbor create poddisruptionbudget ferry --selector app=ferry --min-available 2
kubectl -n harbor wait pdb/ferry --for jsonpath='{.status.disruptionsAllowed}'=1 --timeout 20s
kubectl drain "$VARS_NODE" --ignore-daemonsets --timeout 80s
kubectl -n harbor rollout status deployment/ferry --timeout 30s
