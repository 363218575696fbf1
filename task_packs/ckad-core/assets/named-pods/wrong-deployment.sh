# The pods of a Deployment have new names whenever they are replaced.
set -eu
kubectl -n ring create service clusterip ring --clusterip None --tcp 8080
kubectl -n ring create deployment ring --image tempshell/practice:1 --replicas 2
