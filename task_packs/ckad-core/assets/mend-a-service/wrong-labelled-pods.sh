# The pods that are there get the label; the next ones will not have it.
set -eu
kubectl -n store rollout status deployment/api --timeout 40s
kubectl -n store label pods --all --overwrite app=apis
kubectl -n store patch service api --patch '{"spec": {"ports": [{"port": 80, "targetPort": 8080}]}}'
