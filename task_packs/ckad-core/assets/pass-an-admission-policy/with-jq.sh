# The file stays as it is, and jq changes what is sent.
set -eu
kubectl create -f ~/customs/scanner.yaml --dry-run=client -o json |
  jq '.metadata.labels.owner = "team-a" | .spec.replicas = 2
    | .spec.template.spec.containers[0].resources = {limits: {memory: "32M"}, requests: {memory: "16M"}}' |
  kubectl create -f -
kubectl -n customs rollout status deployment/scanner --timeout 40s
