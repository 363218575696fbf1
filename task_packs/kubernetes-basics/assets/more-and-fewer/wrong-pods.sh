# The Deployment replaces the pod that was deleted.
set -eu
kubectl scale deployment workers --replicas 3
kubectl delete pod --selector app=helpers --now
