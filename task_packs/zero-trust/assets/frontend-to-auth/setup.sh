set -eu
export KUBECONFIG=/etc/tempshell/kube/config
tier() { # NAMESPACE NAME PORT[:PORT_OF_THE_POD]…: a pod, and a Service of the same name
  local namespace=$1 name=$2 ports='' port
  shift 2
  for port; do ports+="{name: p${port%:*}, port: ${port%:*}, targetPort: ${port#*:}}, "; done
  cat <<END
---
apiVersion: v1
kind: Service
metadata: {name: $name, namespace: $namespace}
spec: {selector: {app: $name}, ports: [$ports]}
---
apiVersion: v1
kind: Pod
metadata: {name: $name, namespace: $namespace, labels: {app: $name}}
spec: {containers: [{name: $name, image: "tempshell/practice:1", command: [tier, $name]}]}
END
}
kubectl -n signin delete networkpolicy --all
{
  tier signin frontend 80:8080
  tier signin auth 8001
  tier signin task 8002 9090
  cat <<'END'
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny, namespace: signin}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: allow-dns, namespace: signin}
spec:
  podSelector: {}
  policyTypes: [Egress]
  egress:
  - to: [{namespaceSelector: {}, podSelector: {matchLabels: {k8s-app: kube-dns}}}]
    ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]
END
} | kubectl apply --force -f -
kubectl -n signin wait pod --all --for condition=Ready --timeout 50s
# A network that enforces policies takes a moment to do so; one that does not is not waited for any longer.
for _ in 1 2 3 4 5 6 7 8; do
  kubectl -n signin exec frontend -- sh -c 'nc -w 2 auth 8001 </dev/null' 2>/dev/null || break
  sleep 0.5
done
