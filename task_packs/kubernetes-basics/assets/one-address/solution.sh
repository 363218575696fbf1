set -eu
kubectl expose deployment clock --port 80 --target-port 8080
