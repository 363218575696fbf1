# Blue has no pods for a moment, and new ones after that.
set -eu
kubectl apply -f - <<'END'
apiVersion: apps/v1
kind: Deployment
metadata: {name: portal-green, namespace: portal}
spec:
  replicas: 2
  selector: {matchLabels: {app: portal, colour: green}}
  template:
    metadata: {labels: {app: portal, colour: green}}
    spec:
      containers:
      - {name: portal, image: "tempshell/practice:2"}
END
kubectl -n portal rollout status deployment/portal-green --timeout 50s
kubectl -n portal patch service portal --patch '{"spec": {"selector": {"colour": "green"}}}'
kubectl -n portal scale deployment portal-blue --replicas 0
kubectl -n portal scale deployment portal-blue --replicas 2
