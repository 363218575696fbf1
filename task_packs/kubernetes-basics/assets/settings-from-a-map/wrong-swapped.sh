# The door is white.
set -eu
kubectl create configmap colours --from-literal WALL=green --from-literal DOOR=white
kubectl set env deployment/paint --from configmap/colours
