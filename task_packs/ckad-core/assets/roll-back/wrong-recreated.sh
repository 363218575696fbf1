# As it was, but created again: its history is lost.
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
