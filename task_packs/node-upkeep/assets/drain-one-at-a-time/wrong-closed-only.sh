# The node takes no new pods, and keeps those that it has.
set -eu
kubectl -n harbor create poddisruptionbudget ferry --selector app=ferry --min-available 2
kubectl cordon "$VARS_NODE"
