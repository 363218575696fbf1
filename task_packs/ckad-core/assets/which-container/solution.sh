set -eu
echo labels >~/clinic/container
kubectl -n clinic get pod intake -o json |
  jq -r '.status.containerStatuses[] | select(.name == "labels") | .lastState.terminated.exitCode' >~/clinic/exit-code
# A node soon throws the logs of ended containers away; the next one says the same.
until kubectl -n clinic logs intake -c labels >~/clinic/log && grep -q paper ~/clinic/log; do sleep 1; done
