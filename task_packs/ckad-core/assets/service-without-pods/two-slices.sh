# The Service by kubectl, and an address in a second slice.
set -eu
kubectl -n harbor create service clusterip cranes --tcp 80
kubectl -n harbor patch service cranes --type json --patch '[{"op": "remove", "path": "/spec/selector"}]'
kubectl -n harbor patch service cranes --type json --patch '[{"op": "remove", "path": "/spec/ports/0/name"}]'
number=0
for name in crane-east crane-west; do
  number=$((number + 1))
  kubectl -n harbor get pod "$name" -o json | jq --arg name "cranes-$number" --argjson port "$VARS_PORT" '{
    apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice", addressType: "IPv4",
    metadata: {name: $name, namespace: "harbor", labels: {"kubernetes.io/service-name": "cranes"}},
    ports: [{port: $port, protocol: "TCP"}],
    endpoints: [{addresses: [.status.podIP], conditions: {ready: true}, nodeName: .spec.nodeName}]
  }' | kubectl create -f -
done
