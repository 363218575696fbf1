# What is gone can no longer be looked into.
set -eu
echo labels >~/clinic/container
echo 42 >~/clinic/exit-code
kubectl -n clinic logs intake -c labels --previous >~/clinic/log || kubectl -n clinic logs intake -c labels >~/clinic/log
kubectl -n clinic delete pod intake --force --grace-period 0
