# By the first version of the API.
set -eu
kubectl -n rush set resources deployment auth --requests cpu=50m
kubectl create -f - <<'END'
apiVersion: autoscaling/v1
kind: HorizontalPodAutoscaler
metadata: {name: auth, namespace: rush}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: auth}
  minReplicas: 1
  maxReplicas: 10
  targetCPUUtilizationPercentage: 70
END
kubectl -n rush scale deployment/visitors --replicas 1
