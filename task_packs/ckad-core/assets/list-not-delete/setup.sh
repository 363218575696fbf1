set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n ops delete cronjob,job,deploy,rs,sts,ds,hpa,netpol,quota,limits,role,rolebinding --all
kubectl -n ops delete pod --all --force --grace-period 0 2>/dev/null || true
kubectl -n ops delete serviceaccount watcher --ignore-not-found
kubectl delete clusterrole ops-see-pods --ignore-not-found
# Whatever gives the account something elsewhere, whoever made it.
kubectl get rolebindings,clusterrolebindings --all-namespaces -o json |
  jq -r '.items[] | select(any(.subjects[]?; (.namespace == "ops" and .name == "watcher") or .name == "system:serviceaccount:ops:watcher"))
    | "\(.kind)/\(.metadata.name) --namespace=\(.metadata.namespace // "default")"' |
  xargs -r -L 1 kubectl delete
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
