# All pods are watched.
set -eu
echo "stall-$VARS_HOG" >market/busiest.txt
kubectl -n market label pod --all watch=memory
