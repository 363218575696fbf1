set -eu
kubectl -n clinic get pod intake -o json >/dev/null
echo labels >~/clinic/container
kubectl -n clinic get pod intake -o json |
  jq -r '.status.containerStatuses[] | select(.name == "labels") | .lastState.terminated.exitCode' >~/clinic/exit-code
kubectl -n clinic logs intake -c labels --previous >~/clinic/log || kubectl -n clinic logs intake -c labels >~/clinic/log
