# The file says something else than what was applied.
set -eu
sed -i -e 's#^apiVersion: .*#apiVersion: apps/v1#' -e '/rollbackTo:/,/revision:/d' \
  -e 's/^  replicas: 2$/&\n  selector: {matchLabels: {app: guide}}/' ~/museum/guide.yaml
kubectl apply -f ~/museum/guide.yaml
sed -i 's/wing: east/wing: west/' ~/museum/guide.yaml
