set -eu
kubectl -n bunker debug vault --image tempshell/practice:1 --target vault --container look -- sleep 600
until [ "$(kubectl -n bunker get pod vault -o jsonpath='{.status.ephemeralContainerStatuses[0].state.running.startedAt}')" ]; do sleep 0.5; done
kubectl -n bunker exec vault -c look -- sh -c 'tr "\0" "\n" </proc/1/environ' | sed -n s/^CODE=//p >~/bunker/code
