# The image and the variable of the second revision, set one by one.
set -eu
kubectl -n billing set image deployment/invoice '*=tempshell/practice:2'
kubectl -n billing set env deployment/invoice MESSAGE='rates of 2026'
