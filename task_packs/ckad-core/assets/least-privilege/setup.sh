set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n bank delete cronjob,job,deploy,rs,sts,ds,hpa,netpol,quota,limits --all
kubectl -n bank delete pod --all --force --grace-period 0 2>/dev/null || true
kubectl apply -f - <<'END'
apiVersion: apps/v1
kind: Deployment
metadata: {name: teller, namespace: bank}
spec:
  selector: {matchLabels: {app: teller}}
  template:
    metadata: {labels: {app: teller}}
    spec:
      containers:
      - {name: teller, image: "tempshell/practice:1", securityContext: {runAsUser: 0}}
END
kubectl -n bank rollout status deployment/teller --timeout 50s
