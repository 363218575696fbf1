# What is gone can no longer be looked into.
set -eu
echo labels >~/clinic/container
echo 42 >~/clinic/exit-code
echo printer 7 is out of paper >~/clinic/log
kubectl -n clinic delete pod intake --force --grace-period 0
