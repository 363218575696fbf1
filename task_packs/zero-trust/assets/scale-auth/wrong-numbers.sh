# Ten at once, and as busy as can be.
set -eu
kubectl -n rush set resources deployment auth --containers auth --requests cpu=50m
kubectl apply -f - <<'END'
apiVersion: autoscaling/v1
kind: HorizontalPodAutoscaler
metadata: {name: auth, namespace: rush}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: auth}
  minReplicas: 1
  maxReplicas: 70
  targetCPUUtilizationPercentage: 10
END
kubectl -n rush rollout status deployment/auth --timeout 50s
