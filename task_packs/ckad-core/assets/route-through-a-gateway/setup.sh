set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl get crd {gatewayclasses,gateways,httproutes}.gateway.networking.k8s.io >/dev/null 2>&1 ||
  kubectl apply -f /tmp/gateway-api.yaml
rm /tmp/gateway-api.yaml
kubectl wait --for condition=Established --timeout 30s crd/{gatewayclasses,gateways,httproutes}.gateway.networking.k8s.io
kubectl -n arcade delete gateways.gateway.networking.k8s.io,httproutes.gateway.networking.k8s.io,service,ingress,deployment --all
kubectl apply -f - <<'END'
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: practice}
spec: {controllerName: tempshell.example/none}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: front, namespace: arcade}
spec:
  gatewayClassName: practice
  listeners: [{name: http, port: 80, protocol: HTTP}]
END
for name in games games-next scores; do
  kubectl -n arcade create service clusterip "$name" --tcp 8080
done
