# The port has a name, in the Service and in the slice.
set -eu
east=$(kubectl -n harbor get pod crane-east -o jsonpath='{.status.podIP}')
west=$(kubectl -n harbor get pod crane-west -o jsonpath='{.status.podIP}')
kubectl create -f - <<END
apiVersion: v1
kind: Service
metadata: {name: cranes, namespace: harbor}
spec: {selector: {}, ports: [{name: web, port: 80}]}
END
kubectl create -f - <<END
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  name: cranes-1
  namespace: harbor
  labels: {kubernetes.io/service-name: cranes, endpointslice.kubernetes.io/managed-by: learner}
addressType: IPv4
ports: [{name: web, port: $VARS_PORT, appProtocol: http}]
endpoints: [{addresses: ["$east"]}, {addresses: ["$west"]}]
END
