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
kubectl -n board delete networkpolicy --all
{
  tier board frontend 80:8080
  tier board auth 8001
  tier board task 8002 9090
  cat <<'END'
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny, namespace: board}
spec: {podSelector: {}, policyTypes: [Ingress]}
END
} | kubectl apply --force -f -
kubectl -n board wait pod --all --for condition=Ready --timeout 50s
# A network that enforces policies takes a moment to do so; one that does not is not waited for any longer.
for _ in 1 2 3 4 5 6 7 8; do
  kubectl -n board exec frontend -- sh -c 'nc -w 2 task 8002 </dev/null' 2>/dev/null || break
  sleep 0.5
done
