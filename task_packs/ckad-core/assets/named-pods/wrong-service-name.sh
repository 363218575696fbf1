# The StatefulSet names a Service that does not exist.
set -eu
kubectl -n ring create service clusterip ring --clusterip None --tcp 8080
kubectl apply -f - <<'END'
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: ring, namespace: ring}
spec:
  replicas: 2
  serviceName: rings
  selector: {matchLabels: {app: ring}}
  template:
    metadata: {labels: {app: ring}}
    spec:
      containers:
      - {name: ring, image: "tempshell/practice:1"}
END
