# The manifest has the message in it, and is not what the container writes.
set -eu
name=$(kubectl -n clinic get pod intake -o json | jq -r '.status.containerStatuses[] | select(.restartCount > 0) | .name')
echo "$name" >~/clinic/container
kubectl -n clinic get pod intake -o json |
  jq --arg name "$name" '.status.containerStatuses[] | select(.name == $name) | .lastState.terminated.exitCode' >~/clinic/exit-code
kubectl -n clinic get pod intake -o yaml >~/clinic/log
