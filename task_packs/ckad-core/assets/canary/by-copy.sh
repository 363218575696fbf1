# A copy of the stable Deployment, with its own label; a selector of expressions.
set -eu
kubectl -n feed get deployment feed -o json | jq 'del(.status) | .metadata = {name: "feed-canary", namespace: "feed"}
  | .spec.replicas = 1
  | .spec.selector = {matchExpressions: [{key: "track", operator: "In", values: ["canary"]}]}
  | .spec.template.metadata.labels.track = "canary"
  | .spec.template.spec.containers[0].image = "docker.io/tempshell/practice:2"' | kubectl create -f -
kubectl -n feed patch deployment feed --patch '{"spec": {"replicas": 3}}'
