set -eu
export KUBECONFIG=/etc/tempshell/kube/config
for mode in enforce warn audit; do
  kubectl label namespace surgery "pod-security.kubernetes.io/$mode-" "pod-security.kubernetes.io/$mode-version-"
done
kubectl -n surgery delete deploy,rs --all
kubectl -n surgery delete pod --all --force --grace-period 0 2>/dev/null
kubectl apply -f - <<'END'
apiVersion: apps/v1
kind: Deployment
metadata: {name: desk, namespace: surgery}
spec:
  replicas: 2
  selector: {matchLabels: {app: desk}}
  template:
    metadata: {labels: {app: desk}}
    spec:
      containers:
      - {name: desk, image: "tempshell/practice:1"}
END
