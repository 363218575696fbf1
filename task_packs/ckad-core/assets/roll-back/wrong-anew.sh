# As it was, but made anew: what was tried before is forgotten.
set -eu
kubectl -n billing delete deployment invoice
kubectl apply -f - <<'END'
apiVersion: apps/v1
kind: Deployment
metadata: {name: invoice, namespace: billing}
spec:
  replicas: 2
  selector: {matchLabels: {app: invoice}}
  template:
    metadata: {labels: {app: invoice}}
    spec:
      containers:
      - {name: invoice, image: "tempshell/practice:2", env: [{name: MESSAGE, value: rates of 2026}]}
END
kubectl -n billing rollout status deployment/invoice --timeout 40s
