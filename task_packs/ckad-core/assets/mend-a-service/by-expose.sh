# The Service is deleted and created again.
set -eu
kubectl -n store delete service api
kubectl -n store expose deployment api --port 80 --target-port 8080
