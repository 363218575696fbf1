# The Service that is there already is opened to the outside.
set -eu
kubectl -n radio patch service radio --patch '{"spec": {"type": "NodePort", "ports": [{"port": 80, "nodePort": 30990}]}}'
