set -eu
kubectl -n store patch service api --patch '{"spec": {"selector": {"app": "api"}, "ports": [{"port": 80, "targetPort": 8080}]}}'
