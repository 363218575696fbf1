# The pods of today instead of the Deployment that replaces them.
set -eu
pods=$(kubectl -n rush get replicaset -l app=auth -o jsonpath='{.items[0].metadata.name}')
kubectl apply -f - <<END
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: auth, namespace: rush}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: ReplicaSet, name: $pods}
  minReplicas: 1
  maxReplicas: 10
  metrics:
  - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}
END
kubectl -n rush set resources deployment auth --containers auth --requests cpu=50m
kubectl -n rush rollout status deployment/auth --timeout 50s
