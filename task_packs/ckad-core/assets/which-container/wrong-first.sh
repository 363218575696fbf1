# The first container is the one that kubectl shows unasked.
set -eu
echo desk >~/clinic/container
echo 42 >~/clinic/exit-code
kubectl -n clinic logs intake -c desk >~/clinic/log
