# 64M is less than 64Mi.
set -eu
kubectl set resources deployment mule --containers main --requests cpu=20m,memory=16Mi --limits cpu=100m,memory=64M
