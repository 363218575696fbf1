set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n billing delete cronjob,job,deploy,rs,sts,ds,hpa,netpol,quota,limits --all
kubectl -n billing delete pod --all --force --grace-period 0 2>/dev/null || true
revision() {
  kubectl apply -f - <<END
apiVersion: apps/v1
kind: Deployment
metadata: {name: invoice, namespace: billing}
spec:
  replicas: 2
  selector: {matchLabels: {app: invoice}}
  template:
    metadata: {labels: {app: invoice}}
    spec:
      containers:
      - name: invoice
        image: tempshell/practice:$1
        imagePullPolicy: Never
        env: [{name: MESSAGE, value: "$2"}]
END
}
revision 1 'rates of 2025'
kubectl -n billing rollout status deployment/invoice --timeout 40s
revision 2 'rates of 2026'
kubectl -n billing rollout status deployment/invoice --timeout 40s
revision 7 'rates of 2027'
