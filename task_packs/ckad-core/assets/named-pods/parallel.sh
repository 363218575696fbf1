# Both in one manifest, with more than is asked for.
set -eu
kubectl apply -f - <<'END'
apiVersion: v1
kind: Service
metadata: {name: ring, namespace: ring}
spec:
  clusterIP: None
  publishNotReadyAddresses: true
  selector: {app: ring}
  ports: [{name: http, port: 8080}, {name: peers, port: 7000}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: ring, namespace: ring}
spec:
  replicas: 2
  serviceName: ring
  podManagementPolicy: Parallel
  selector: {matchExpressions: [{key: app, operator: In, values: [ring]}]}
  template:
    metadata: {labels: {app: ring, tier: peers}}
    spec:
      containers:
      - {name: web, image: "tempshell/practice:1", ports: [{name: http, containerPort: 8080}]}
END
