set -eu
export KUBECONFIG=/etc/tempshell/kube/config
find ~/bakery -mindepth 1 ! -path ~/bakery/chart ! -path ~/bakery/chart/Chart.yaml ! -path ~/bakery/chart/values.yaml \
  ! -path ~/bakery/chart/templates ! -path ~/bakery/chart/templates/deployment.yaml ! -path ~/bakery/chart/templates/service.yaml \
  -delete
kubectl -n bakery delete deploy,rs,service --all
kubectl -n bakery delete pod --all --force --grace-period 0 2>/dev/null
kubectl -n bakery delete secret --selector owner=helm
kubectl -n bakery delete configmap --selector owner=helm
