set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n archive delete cronjob,job --all
kubectl -n archive delete pod --all --force --grace-period 0 2>/dev/null
