# One of the two.
set -eu
kubectl create configmap colours --from-literal WALL=white --from-literal DOOR=green
kubectl set env deployment/paint --from configmap/colours --keys WALL
kubectl set env deployment/paint DOOR=green
