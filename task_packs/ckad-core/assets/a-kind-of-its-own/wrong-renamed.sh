# Another name and source for the old one, and the rest as it was.
set -eu
echo "$VARS_SHORT" >~/garage/short-name
kubectl -n garage get backups.practice.tempshell.example hourly -o json |
  jq '.metadata = {name: "weekly", namespace: "garage"} | .spec.source = "/var/lib/garage"' | kubectl apply -f -
kubectl -n garage delete backups.practice.tempshell.example hourly
