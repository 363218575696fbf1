set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n radio delete deploy,rs,service --all
kubectl -n radio delete pod --all --force --grace-period 0 2>/dev/null
kubectl apply -f - <<'END'
apiVersion: apps/v1
kind: Deployment
metadata: {name: radio, namespace: radio}
spec:
  selector: {matchLabels: {app: radio}}
  template:
    metadata: {labels: {app: radio}}
    spec:
      containers:
      - {name: radio, image: "tempshell/practice:1"}
---
apiVersion: v1
kind: Service
metadata: {name: radio, namespace: radio}
spec: {selector: {app: radio}, ports: [{port: 80, targetPort: 8080}]}
END
