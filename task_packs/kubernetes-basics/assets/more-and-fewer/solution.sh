set -eu
kubectl scale deployment workers --replicas 3
kubectl scale deployment helpers --replicas 0
