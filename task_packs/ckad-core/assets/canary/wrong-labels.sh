# The Service does not find these pods.
set -eu
kubectl -n feed create deployment feed-canary --image tempshell/practice:2
kubectl -n feed scale deployment feed --replicas 3
