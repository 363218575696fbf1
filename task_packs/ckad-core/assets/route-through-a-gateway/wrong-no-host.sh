# For every host.
set -eu
kubectl apply -f - <<END
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: arcade, namespace: arcade}
spec:
  parentRefs: [{name: front}]
  rules:
  - matches: [{path: {type: PathPrefix, value: /scores}}]
    backendRefs: [{name: scores, port: 8080}]
  - backendRefs:
    - {name: games, port: 8080, weight: 90}
    - {name: games-next, port: 8080, weight: 10}
END
