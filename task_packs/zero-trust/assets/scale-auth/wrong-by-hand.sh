# Three pods by hand, and nobody signs in.
set -eu
kubectl -n rush set resources deployment auth --containers auth --requests cpu=50m
kubectl apply -f - <<'END'
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: auth, namespace: rush}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: auth}
  minReplicas: 1
  maxReplicas: 10
  metrics:
  - {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}
END
kubectl -n rush scale deployment auth --replicas 3
