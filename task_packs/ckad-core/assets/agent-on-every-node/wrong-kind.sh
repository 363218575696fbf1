# A pod somewhere, not one on each node.
set -eu
kubectl -n fleet create deployment agent --image tempshell/practice:1
kubectl -n fleet set env deployment/agent NODE_NAME=worker
