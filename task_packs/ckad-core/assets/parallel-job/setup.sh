set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n press delete job --all
kubectl -n press delete pod --all --force --grace-period 0 2>/dev/null
