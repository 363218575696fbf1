# Built with jq, and changed by a patch.
set -eu
jq -n --arg host "$VARS_HOST" '{
  apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute", metadata: {name: "arcade"},
  spec: {parentRefs: [{name: "front", port: 80}], hostnames: [$host], rules: [
    {matches: [{path: {value: "/scores"}}], backendRefs: [{name: "scores", port: 8080}]}
  ]}}' | kubectl -n arcade apply -f -
kubectl -n arcade patch httproute arcade --type json --patch '[{"op": "add", "path": "/spec/rules/-", "value": {"backendRefs": [
  {"name": "games", "port": 8080, "weight": 90}, {"name": "games-next", "port": 8080, "weight": 10}]}}]'
