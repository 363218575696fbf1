# The port that the cluster chooses.
set -eu
kubectl -n radio expose deployment radio --name radio-public --type NodePort --port 80 --target-port 8080
