set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n fleet delete ds,deploy,rs --all
kubectl -n fleet delete pod --all --force --grace-period 0 2>/dev/null
