# Values from files, and the mode in decimal, as JSON has it.
set -eu
mkdir -p /tmp/db-login
printf app >/tmp/db-login/username
printf turn-left-42 >/tmp/db-login/password
kubectl -n vault create secret generic db-login --from-file /tmp/db-login
kubectl -n vault get deployment client -o json | jq '.spec.template.spec |= (
  .volumes = [{name: "login", secret: {secretName: "db-login", defaultMode: 256}}]
  | .containers[0].volumeMounts = [{name: "login", mountPath: "/etc/db/"}])' | jq 'del(.metadata.resourceVersion)' | kubectl replace -f -
