# One of the two.
set -eu
ip() { kubectl -n harbor get pod "$1" -o jsonpath='{.status.podIP}'; }
kubectl apply -f - <<END
apiVersion: v1
kind: Service
metadata: {name: cranes, namespace: harbor}
spec: {ports: [{port: 80, targetPort: $VARS_PORT}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: cranes-1, namespace: harbor, labels: {kubernetes.io/service-name: cranes}}
addressType: IPv4
ports: [{port: $VARS_PORT}]
endpoints:
- addresses: [$(ip crane-east)]
END
