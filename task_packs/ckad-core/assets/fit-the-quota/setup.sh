set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n budget delete cronjob,job,deploy,rs,sts,ds,hpa,netpol,quota,limits --all
kubectl -n budget delete pod --all --force --grace-period 0 2>/dev/null || true
kubectl apply -f - <<'END'
apiVersion: v1
kind: ResourceQuota
metadata: {name: budget, namespace: budget}
spec:
  hard: {requests.cpu: 200m, requests.memory: 128Mi, limits.cpu: 400m, limits.memory: 256Mi, pods: "4"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: report, namespace: budget}
spec:
  replicas: 3
  selector: {matchLabels: {app: report}}
  template:
    metadata: {labels: {app: report}}
    spec:
      containers:
      - {name: report, image: "tempshell/practice:1"}
END
