# Names are found, and everything else, too.
set -eu
kubectl -n quiet delete networkpolicy default-deny
