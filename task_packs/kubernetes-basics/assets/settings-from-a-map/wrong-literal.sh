# The right values, written down a second time.
set -eu
kubectl create configmap colours --from-literal WALL=white --from-literal DOOR=green
kubectl set env deployment/paint WALL=white DOOR=green
