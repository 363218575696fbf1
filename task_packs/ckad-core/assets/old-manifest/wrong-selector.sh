# The Deployment chooses its pods by both labels.
set -eu
sed -i -e 's#^apiVersion: .*#apiVersion: apps/v1#' -e '/rollbackTo:/,/revision:/d' \
  -e 's/^  replicas: 2$/&\n  selector: {matchLabels: {app: guide, wing: east}}/' ~/museum/guide.yaml
kubectl apply -f ~/museum/guide.yaml
