# Nothing is replaced.
set -eu
kubectl rollout pause deployment/mule
kubectl set resources deployment mule --containers main --requests cpu=20m,memory=16Mi --limits cpu=100m,memory=64Mi
