# Without a newline at the end, and with timestamps in the log.
set -eu
name=$(kubectl -n clinic get pod intake -o jsonpath='{.status.containerStatuses[?(@.restartCount>0)].name}')
printf %s "$name" >~/clinic/container
kubectl -n clinic get pod intake -o jsonpath="{.status.containerStatuses[?(@.name=='$name')].lastState.terminated.exitCode}" >~/clinic/exit-code
until kubectl -n clinic logs intake -c "$name" --timestamps >~/clinic/log && grep -q paper ~/clinic/log; do sleep 1; done
