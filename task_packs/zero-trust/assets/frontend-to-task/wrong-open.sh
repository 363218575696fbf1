# Nothing is closed any more.
set -eu
kubectl -n board delete networkpolicy default-deny
