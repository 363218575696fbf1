# 32M is less than 32Mi, and 64M less than 64Mi.
set -eu
kubectl -n budget set resources deployment report --requests cpu=50m,memory=32M --limits cpu=100m,memory=64M
