# By labels of the pods, which machines outside of the cluster do not have.
set -eu
kubectl -n harbor label pod crane-east crane-west part=crane
kubectl -n harbor create service clusterip cranes --tcp "80:$VARS_PORT"
kubectl -n harbor set selector service cranes part=crane
