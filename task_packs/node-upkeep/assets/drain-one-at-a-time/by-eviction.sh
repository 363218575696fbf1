# Each pod is evicted by the API itself, when the budget allows it.
set -eu
kubectl -n harbor create poddisruptionbudget ferry --selector app=ferry --max-unavailable 1
kubectl -n harbor wait pdb/ferry --for jsonpath='{.status.disruptionsAllowed}'=1 --timeout 20s
kubectl cordon "$VARS_NODE"
for pod in $(kubectl -n harbor get pods --field-selector "spec.nodeName=$VARS_NODE" --output jsonpath='{.items[*].metadata.name}'); do
  for _ in $(seq 40); do
    echo "{\"apiVersion\": \"policy/v1\", \"kind\": \"Eviction\", \"metadata\": {\"name\": \"$pod\", \"namespace\": \"harbor\"}}" |
      kubectl create --raw "/api/v1/namespaces/harbor/pods/$pod/eviction" -f - 2>/dev/null && break
    sleep 1
  done
done
kubectl -n harbor rollout status deployment/ferry --timeout 30s
