# The limits of all are the same: this is just another one.
set -eu
other=apple
[ "$VARS_HOG" != apple ] || other=bread
echo "stall-$other" >market/busiest.txt
kubectl -n market label pod "stall-$other" watch=memory
