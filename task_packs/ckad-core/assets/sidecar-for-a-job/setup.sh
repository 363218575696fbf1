set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n courier delete job --all --cascade=background
kubectl -n courier delete pod --all --force --grace-period 0 2>/dev/null
kubectl apply -f ~/courier/job.yaml
