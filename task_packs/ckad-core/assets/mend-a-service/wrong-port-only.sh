# The right port of no pod at all.
set -eu
kubectl -n store patch service api --patch '{"spec": {"ports": [{"port": 80, "targetPort": 8080}]}}'
