set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n feed delete cronjob,job,deploy,rs,sts,ds,hpa,netpol,quota,limits,service --all
kubectl -n feed delete pod --all --force --grace-period 0 2>/dev/null || true
kubectl apply -f - <<'END'
apiVersion: apps/v1
kind: Deployment
metadata: {name: feed, namespace: feed}
spec:
  replicas: 4
  selector: {matchLabels: {app: feed, track: stable}}
  template:
    metadata: {labels: {app: feed, track: stable}}
    spec:
      containers:
      - {name: feed, image: "tempshell/practice:1"}
---
apiVersion: v1
kind: Service
metadata: {name: feed, namespace: feed}
spec:
  selector: {app: feed}
  ports: [{port: 80, targetPort: 8080}]
END
