# Exposed with any port, which is changed afterwards.
set -eu
kubectl -n radio expose deployment radio --name radio-public --type NodePort --port 80 --target-port 8080
kubectl -n radio patch service radio-public --type json --patch '[{"op": "replace", "path": "/spec/ports/0/nodePort", "value": 30990}]'
