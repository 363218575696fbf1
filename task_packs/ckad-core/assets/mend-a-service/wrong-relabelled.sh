# The Deployment is changed to fit the Service.
set -eu
kubectl -n store delete deployment api --cascade=foreground
kubectl -n store create deployment api --image tempshell/practice:1 --replicas 2 --dry-run=client -o json |
  jq '.spec.selector.matchLabels = {app: "apis"} | .spec.template.metadata.labels = {app: "apis"}' | kubectl apply -f -
kubectl -n store patch service api --patch '{"spec": {"ports": [{"port": 80, "targetPort": 8080}]}}'
