set -eu
helm -n newsroom rollback gazette 2
kubectl -n newsroom rollout status deployment/gazette --timeout 40s
