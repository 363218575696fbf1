set -eu
kubectl -n budget set resources deployment report --requests cpu=50m,memory=32Mi --limits cpu=100m,memory=64Mi
