# The Deployment has the label, its pods do not.
set -eu
kubectl apply -f - <<'END'
apiVersion: apps/v1
kind: Deployment
metadata: {name: feed-canary, namespace: feed, labels: {track: canary}}
spec:
  replicas: 1
  selector: {matchLabels: {app: feed, version: "2"}}
  template:
    metadata: {labels: {app: feed, version: "2"}}
    spec:
      containers:
      - {name: feed, image: "tempshell/practice:2"}
END
kubectl -n feed scale deployment feed --replicas 3
