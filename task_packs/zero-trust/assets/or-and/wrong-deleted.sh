# Without the policy everybody is let in.
set -eu
kubectl -n partner delete networkpolicy auth-clients
