# The first container is the one that kubectl shows by default.
set -eu
echo desk >~/clinic/container
echo 0 >~/clinic/exit-code
kubectl -n clinic logs intake >~/clinic/log
