# The old pods go on running, but no new one would be admitted.
set -eu
kubectl label namespace surgery pod-security.kubernetes.io/enforce=restricted pod-security.kubernetes.io/warn=restricted
