# Nothing listens there.
set -eu
kubectl expose deployment clock --port 80
