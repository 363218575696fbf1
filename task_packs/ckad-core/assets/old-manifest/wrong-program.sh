# The pods run another program than the image's own.
set -eu
sed -i -e 's#^apiVersion: .*#apiVersion: apps/v1#' -e '/rollbackTo:/,/revision:/d' \
  -e 's/^  replicas: 2$/&\n  selector: {matchLabels: {app: guide}}/' \
  -e 's/^\( *\)image: .*$/&\n\1command: [sleep, "2147483647"]/' ~/museum/guide.yaml
kubectl apply -f ~/museum/guide.yaml
