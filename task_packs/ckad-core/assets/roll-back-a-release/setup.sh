set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n newsroom delete deploy,rs,service --all
kubectl -n newsroom delete pod --all --force --grace-period 0 2>/dev/null
kubectl -n newsroom delete secret --selector owner=helm
# Where there is no helm, the checks say so.
command -v helm >/dev/null || exit 0
export HELM_CACHE_HOME=/tmp/newsroom HELM_CONFIG_HOME=/tmp/newsroom HELM_DATA_HOME=/tmp/newsroom
helm -n newsroom install gazette ~/newsroom/chart --set replicas=1 --set message=first
helm -n newsroom upgrade gazette ~/newsroom/chart --set replicas=2 --set-string message="$VARS_MESSAGE"
helm -n newsroom upgrade gazette ~/newsroom/chart --set replicas=3 --set message=third --set-string image.tag=missing
rm -rf /tmp/newsroom
