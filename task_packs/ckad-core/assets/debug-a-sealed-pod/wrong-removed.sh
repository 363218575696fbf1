# The value was read, and then the pod was removed.
set -eu
echo "$VARS_CODE" >~/bunker/code
kubectl -n bunker delete pod vault --force --grace-period 0
