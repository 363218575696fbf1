# Deployments by hand, of which the operator does not know.
set -eu
kubectl -n orchard create deployment apples --image tempshell/practice:1 --replicas 2
kubectl -n orchard set env deployment apples MESSAGE="$VARS_MESSAGE"
kubectl -n orchard create deployment pears --image tempshell/practice:1 --replicas 3
