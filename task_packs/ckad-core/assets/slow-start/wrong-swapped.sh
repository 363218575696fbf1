# Readiness has the period of liveness, and the other way round.
set -eu
kubectl -n catalog patch deployment catalog --patch '
spec:
  template:
    spec:
      containers:
      - name: catalog
        startupProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 2, failureThreshold: 20}
        readinessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 5}
        livenessProbe: {tcpSocket: null, httpGet: {path: /healthz, port: 8080}, periodSeconds: 3, failureThreshold: 3}
'
