set -eu
kubectl create configmap colours --from-literal WALL=white --from-literal DOOR=green
kubectl set env deployment/paint --from configmap/colours
kubectl rollout status deployment/paint --timeout 50s
