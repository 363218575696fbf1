# The pods' port on both sides: nobody answers on port 80.
set -eu
kubectl -n store delete service api
kubectl -n store expose deployment api --port 8080
