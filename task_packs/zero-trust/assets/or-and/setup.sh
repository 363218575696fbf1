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
kubectl -n partner delete networkpolicy --all
kubectl -n web delete networkpolicy --all
kubectl label namespace web team=web --overwrite
{
  tier partner frontend 80:8080
  tier partner auth 8001
  tier web frontend 80:8080
  tier web task 8002 9090
  cat <<'END'
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: auth-clients, namespace: partner}
spec:
  podSelector: {matchLabels: {app: auth}}
  policyTypes: [Ingress]
  ingress:
  - from:
    - namespaceSelector: {matchLabels: {team: web}}
    - podSelector: {matchLabels: {app: frontend}}
    ports: [{protocol: TCP, port: 8001}]
END
} | kubectl apply --force -f -
kubectl -n partner wait pod --all --for condition=Ready --timeout 50s
kubectl -n web wait pod --all --for condition=Ready --timeout 50s
