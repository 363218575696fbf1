set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n ring delete cronjob,job,deploy,rs,sts,ds,hpa,netpol,quota,limits,service --all
kubectl -n ring delete pod --all --force --grace-period 0 2>/dev/null || true
