# With its definition goes every object of the kind, and not just the one.
set -eu
echo "$VARS_SHORT" >~/garage/short-name
kubectl delete crd backups.practice.tempshell.example
