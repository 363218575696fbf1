set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n ops delete deploy,rs,role,rolebinding --all
kubectl -n ops delete pod --all --force --grace-period 0 2>/dev/null
kubectl -n ops delete serviceaccount watcher --ignore-not-found
# Whatever gives the account something in the whole cluster, whoever made it.
kubectl get clusterrolebindings -o json |
  jq -r '.items[] | select(any(.subjects[]?; .kind == "ServiceAccount" and .namespace == "ops" and .name == "watcher")) | .metadata.name' |
  xargs -r kubectl delete clusterrolebinding
kubectl apply -f - <<'END'
apiVersion: apps/v1
kind: Deployment
metadata: {name: dashboard, namespace: ops}
spec:
  selector: {matchLabels: {app: dashboard}}
  template:
    metadata: {labels: {app: dashboard}}
    spec:
      containers:
      - {name: dashboard, image: "tempshell/practice:1"}
END
