# With all that is the default otherwise, and the rules the other way round.
set -eu
kubectl create -f - <<END
apiVersion: gateway.networking.k8s.io/v1beta1
kind: HTTPRoute
metadata: {name: arcade, namespace: arcade}
spec:
  parentRefs: [{group: gateway.networking.k8s.io, kind: Gateway, namespace: arcade, name: front, sectionName: http}]
  hostnames: ["$VARS_HOST"]
  rules:
  - name: rest
    matches: [{path: {type: PathPrefix, value: /}}]
    backendRefs:
    - {group: "", kind: Service, name: games-next, port: 8080, weight: 10}
    - {group: "", kind: Service, name: games, port: 8080, weight: 90}
  - name: scores
    matches: [{path: {type: PathPrefix, value: /scores/}}]
    backendRefs: [{kind: Service, name: scores, namespace: arcade, port: 8080, weight: 1}]
END
