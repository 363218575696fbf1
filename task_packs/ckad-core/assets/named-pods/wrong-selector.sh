# The Service looks for the first pod alone.
set -eu
kubectl apply -f - <<'END'
apiVersion: v1
kind: Service
metadata: {name: ring, namespace: ring}
spec: {clusterIP: None, selector: {app: ring, apps.kubernetes.io/pod-index: "0"}, ports: [{port: 8080}]}
---
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
