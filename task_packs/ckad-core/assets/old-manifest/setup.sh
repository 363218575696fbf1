set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n museum delete deploy,rs --all
kubectl -n museum delete pod --all --force --grace-period 0 2>/dev/null || true
