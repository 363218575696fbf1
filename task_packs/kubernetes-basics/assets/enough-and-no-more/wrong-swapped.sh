# The memory of one is that of the other.
set -eu
kubectl set resources deployment mule --containers main --requests cpu=20m,memory=64Mi --limits cpu=100m,memory=100Mi
