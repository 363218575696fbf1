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
kubectl -n ledger delete networkpolicy --all
{
  tier ledger frontend 80:8080
  tier ledger auth 8001
  tier ledger task 8002 9090
  tier ledger mysql 3306
  cat <<'END'
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny, namespace: ledger}
spec: {podSelector: {}, policyTypes: [Ingress]}
END
} | kubectl apply --force -f -
kubectl -n ledger wait pod --all --for condition=Ready --timeout 50s
# A network that enforces policies takes a moment to do so; one that does not is not waited for any longer.
for _ in 1 2 3 4 5 6 7 8; do
  kubectl -n ledger exec frontend -- sh -c 'nc -w 2 mysql 3306 </dev/null' 2>/dev/null || break
  sleep 0.5
done
