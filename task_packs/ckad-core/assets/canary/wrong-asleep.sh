# The pods of version 2 do nothing, and the requests that they get are lost.
set -eu
kubectl apply -f - <<'END'
apiVersion: apps/v1
kind: Deployment
metadata: {name: feed-canary, namespace: feed}
spec:
  replicas: 1
  selector: {matchLabels: {app: feed, track: canary}}
  template:
    metadata: {labels: {app: feed, track: canary}}
    spec:
      containers:
      - {name: feed, image: "tempshell/practice:2", command: [sleep, "2147483647"]}
END
kubectl -n feed scale deployment feed --replicas 3
