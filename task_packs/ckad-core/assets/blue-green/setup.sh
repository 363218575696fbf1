set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n portal delete cronjob,job,deploy,rs,sts,ds,hpa,netpol,quota,limits,service --all
kubectl -n portal delete pod --all --force --grace-period 0 2>/dev/null || true
kubectl apply -f - <<'END'
apiVersion: apps/v1
kind: Deployment
metadata: {name: portal-blue, namespace: portal}
spec:
  replicas: 2
  selector: {matchLabels: {app: portal, colour: blue}}
  template:
    metadata: {labels: {app: portal, colour: blue}}
    spec:
      containers:
      - {name: portal, image: "tempshell/practice:1"}
---
apiVersion: v1
kind: Service
metadata: {name: portal, namespace: portal}
spec:
  selector: {app: portal, colour: blue}
  ports: [{port: 80, targetPort: 8080}]
END
kubectl -n portal rollout status deployment/portal-blue --timeout 40s
