# As a variable.
set -eu
kubectl create secret generic door --from-literal pin=4711
kubectl set env deployment/lock --from secret/door
