# The port of the pods.
set -eu
kubectl expose deployment clock --port 8080
