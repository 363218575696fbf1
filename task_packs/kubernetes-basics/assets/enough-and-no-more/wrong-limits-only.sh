# Without requests as much is set aside as the limits allow.
set -eu
kubectl set resources deployment mule --containers main --limits cpu=100m,memory=64Mi
