# The right port, and still no pod behind it.
set -eu
kubectl -n store patch service api --patch '{"spec": {"ports": [{"port": 80, "targetPort": 8080}]}}'
