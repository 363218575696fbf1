# Waits a fixed time instead: too long on a good day, too short on a bad one.
set -eu
kubectl -n catalog patch deployment catalog --patch '
spec:
  template:
    spec:
      containers:
      - name: catalog
        readinessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 3}
        livenessProbe:
          tcpSocket: null
          httpGet: {path: /healthz, port: 8080}
          initialDelaySeconds: 40
          periodSeconds: 5
          failureThreshold: 3
'
