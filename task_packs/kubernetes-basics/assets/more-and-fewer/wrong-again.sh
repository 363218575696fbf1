# Deleted and created again.
set -eu
kubectl get deployment workers -o json | sed 's/"replicas": 1,/"replicas": 3,/' >/tmp/workers.json
kubectl replace --force -f /tmp/workers.json
rm /tmp/workers.json
kubectl rollout status deployment/workers --timeout 40s
kubectl scale deployment helpers --replicas 0
