set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n rush delete hpa --all
kubectl -n rush delete deploy,rs --all
kubectl -n rush delete pod --all --force --grace-period 0 2>/dev/null
kubectl apply -f - <<'END'
apiVersion: apps/v1
kind: Deployment
metadata: {name: auth, namespace: rush}
spec:
  selector: {matchLabels: {app: auth}}
  template:
    metadata: {labels: {app: auth}}
    spec: {containers: [{name: auth, image: "tempshell/practice:1", command: [tier, auth]}]}
END
