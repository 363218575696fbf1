# One pod does the work of two.
set -eu
kubectl apply -f - <<'END'
apiVersion: apps/v1
kind: Deployment
metadata: {name: portal-green, namespace: portal}
spec:
  replicas: 1
  selector: {matchLabels: {app: portal, colour: green}}
  template:
    metadata: {labels: {app: portal, colour: green}}
    spec:
      containers:
      - {name: portal, image: "tempshell/practice:2"}
END
kubectl -n portal rollout status deployment/portal-green --timeout 50s
kubectl -n portal patch service portal --patch '{"spec": {"selector": {"colour": "green"}}}'
