# One address for both pods, which leads to either of them.
set -eu
kubectl -n ring create service clusterip ring --tcp 8080
kubectl apply -f - <<'END'
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: ring, namespace: ring}
spec:
  replicas: 2
  serviceName: ring
  selector: {matchLabels: {app: ring}}
  template:
    metadata: {labels: {app: ring}}
    spec:
      containers:
      - {name: ring, image: "tempshell/practice:1"}
END
