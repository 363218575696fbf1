# The cluster chooses the port of the nodes.
set -eu
kubectl -n radio expose deployment radio --name radio-public --type NodePort --port 80 --target-port 8080
