# Each pod takes half of the quota: there is room for two.
set -eu
kubectl -n budget set resources deployment report --requests cpu=100m,memory=64Mi --limits cpu=100m,memory=64Mi
