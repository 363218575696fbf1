set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n radio delete cronjob,job,deploy,rs,sts,ds,hpa,netpol,quota,limits,service --all
kubectl -n radio delete pod --all --force --grace-period 0 2>/dev/null || true
# In another namespace, too, a Service keeps the port of the nodes.
kubectl get service --all-namespaces -o json |
  jq -r '.items[] | select(any(.spec.ports[]?; .nodePort == 30990)) | "\(.metadata.namespace) \(.metadata.name)"' |
  while read -r namespace name; do kubectl -n "$namespace" delete service "$name" </dev/null; done
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
