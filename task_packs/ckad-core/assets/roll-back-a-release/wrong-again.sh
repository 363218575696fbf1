# Removed and installed again: the history is lost.
set -eu
helm -n newsroom uninstall gazette
helm -n newsroom install gazette ~/newsroom/chart --set replicas=2 --set-string message="$VARS_MESSAGE"
kubectl -n newsroom rollout status deployment/gazette --timeout 40s
