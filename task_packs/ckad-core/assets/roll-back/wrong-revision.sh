# Created again, with revisions enough to look like the old one.
set -eu
kubectl -n billing get deployment invoice -o json >/tmp/invoice.json
kubectl -n billing delete deployment invoice
jq 'del(.metadata.annotations, .metadata.uid, .metadata.resourceVersion, .status)
  | .spec.template.spec.containers[0] += {image: "tempshell/practice:2", env: [{name: "MESSAGE", value: "rates of 2026"}]}' \
  /tmp/invoice.json | kubectl create -f -
for message in one two three; do kubectl -n billing set env deployment/invoice "MESSAGE=$message"; sleep 1; done
kubectl -n billing set env deployment/invoice 'MESSAGE=rates of 2026'
kubectl -n billing rollout status deployment/invoice --timeout 40s
rm /tmp/invoice.json
