# The value of another variable.
set -eu
kubectl -n bunker debug vault --image tempshell/practice:1 --target vault --container look -- sleep 600
echo three >~/bunker/code
