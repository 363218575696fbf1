# An upgrade with the values of revision 2, which comes to the same.
set -eu
helm -n newsroom get values gazette --revision 2 -o yaml >/tmp/values.yaml
helm -n newsroom upgrade gazette ~/newsroom/chart --values /tmp/values.yaml
rm /tmp/values.yaml
kubectl -n newsroom rollout status deployment/gazette --timeout 40s
