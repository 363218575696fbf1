set -eu
kubectl set resources deployment mule --containers main --requests cpu=20m,memory=16Mi --limits cpu=100m,memory=64Mi
kubectl rollout status deployment/mule --timeout 50s
