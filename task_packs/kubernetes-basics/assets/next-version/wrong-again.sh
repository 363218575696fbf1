# Both pods at once, without the history.
set -eu
kubectl get deployment site -o json | sed -e 's/"value": "1"/"value": "2"/' -e 's/"version 1"/"version 2"/' >/tmp/site.json
kubectl replace --force -f /tmp/site.json
rm /tmp/site.json
