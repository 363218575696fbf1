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
kubectl -n closed delete networkpolicy --all
kubectl -n street delete networkpolicy --all
{
  tier closed auth 8001
  cat <<'END'
---
apiVersion: v1
kind: Pod
metadata: {name: visitor, namespace: street}
spec: {containers: [{name: visitor, image: "tempshell/practice:1"}]}
END
} | kubectl apply --force -f -
kubectl -n closed wait pod --all --for condition=Ready --timeout 50s
kubectl -n street wait pod --all --for condition=Ready --timeout 50s
