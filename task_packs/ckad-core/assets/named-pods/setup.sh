set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n ring delete statefulset,service --all
kubectl -n ring delete pod --all --force --grace-period 0 2>/dev/null || true
