# The Deployment is brought back, and the release is not.
set -eu
kubectl -n newsroom rollout undo deployment/gazette
