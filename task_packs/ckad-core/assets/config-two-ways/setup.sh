set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n weather delete cronjob,job,deploy,rs,sts,ds,hpa,netpol,quota,limits --all
kubectl -n weather delete pod --all --force --grace-period 0 2>/dev/null || true
kubectl -n weather delete configmap station --ignore-not-found
kubectl apply -f - <<'END'
apiVersion: apps/v1
kind: Deployment
metadata: {name: weather, namespace: weather}
spec:
  selector: {matchLabels: {app: weather}}
  template:
    metadata: {labels: {app: weather}}
    spec:
      containers:
      - {name: weather, image: "tempshell/practice:1"}
END
