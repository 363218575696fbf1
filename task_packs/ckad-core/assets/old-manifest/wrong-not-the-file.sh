# The cluster has what it should have, but the next one who uses the file is where we began.
set -eu
sed -e 's#^apiVersion: .*#apiVersion: apps/v1#' -e '/rollbackTo:/,/revision:/d' \
  -e 's/^  replicas: 2$/&\n  selector: {matchLabels: {app: guide}}/' ~/museum/guide.yaml | kubectl apply -f -
kubectl -n museum rollout status deployment/guide --timeout 40s
