# Asked of the API that kubectl top asks.
set -eu
for _ in $(seq 25); do
  busiest=$(kubectl get --raw /apis/metrics.k8s.io/v1beta1/namespaces/market/pods |
    jq -r '.items[] | select(.containers[0].usage.memory | rtrimstr("Ki") | tonumber > 30000) | .metadata.name')
  [ -z "$busiest" ] || break
  sleep 2
done
printf 'pod/%s' "$busiest" >market/busiest.txt
kubectl -n market patch pod "$busiest" --patch '{"metadata": {"labels": {"watch": "memory"}}}'
