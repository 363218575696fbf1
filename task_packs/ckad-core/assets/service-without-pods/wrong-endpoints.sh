# The deprecated kind, from which the cluster makes a slice of its own.
set -eu
east=$(kubectl -n harbor get pod crane-east -o jsonpath='{.status.podIP}')
west=$(kubectl -n harbor get pod crane-west -o jsonpath='{.status.podIP}')
kubectl apply -f - <<END
apiVersion: v1
kind: Service
metadata: {name: cranes, namespace: harbor}
spec: {ports: [{port: 80}]}
---
apiVersion: v1
kind: Endpoints
metadata: {name: cranes, namespace: harbor}
subsets: [{addresses: [{ip: $east}, {ip: $west}], ports: [{port: $VARS_PORT}]}]
END
