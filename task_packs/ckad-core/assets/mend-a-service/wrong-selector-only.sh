# The pods are found, and asked on a port where nothing listens.
set -eu
kubectl -n store patch service api --patch '{"spec": {"selector": {"app": "api"}}}'
