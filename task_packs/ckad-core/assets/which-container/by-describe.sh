# Read from what kubectl describes, with what the container before wrote where the node still has it.
set -eu
kubectl -n clinic describe pod intake | awk '
  /^  [a-z]+:$/ { name = $1; sub(":", "", name) }
  /^ *Last State: *Terminated/ { ended = 1 }
  ended && /Exit Code:/ { print name, $3; exit }' >/tmp/found
cut -d ' ' -f 1 /tmp/found >~/clinic/container
cut -d ' ' -f 2 /tmp/found >~/clinic/exit-code
name=$(cat ~/clinic/container)
until { kubectl -n clinic logs intake -c "$name" --previous || kubectl -n clinic logs intake -c "$name"; } >~/clinic/log &&
  grep -q paper ~/clinic/log; do sleep 1; done
