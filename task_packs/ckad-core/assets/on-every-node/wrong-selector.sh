# No pod has the label that the Service looks for.
set -eu
kubectl -n radio create service nodeport radio-public --tcp 80:8080 --node-port 30990
