# The pod was created again for its label.
set -eu
echo "stall-$VARS_HOG" >market/busiest.txt
kubectl -n market get pod "stall-$VARS_HOG" -o json |
  jq '.metadata |= {name, namespace, labels: {app: "stall", watch: "memory"}} | del(.status)' >/tmp/stall.json
kubectl replace --force -f /tmp/stall.json
rm /tmp/stall.json
