# The Gateway's port instead of the Services'.
set -eu
kubectl apply -f - <<END
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: arcade, namespace: arcade}
spec:
  parentRefs: [{name: front}]
  hostnames: [$VARS_HOST]
  rules:
  - matches: [{path: {type: PathPrefix, value: /scores}}]
    backendRefs: [{name: scores, port: 80}]
  - backendRefs:
    - {name: games, port: 80, weight: 90}
    - {name: games-next, port: 80, weight: 10}
END
