set -eu
kubectl -n catalog patch deployment catalog --patch '
spec:
  template:
    spec:
      containers:
      - name: catalog
        startupProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 2, failureThreshold: 20}
        readinessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 3}
        livenessProbe:
          tcpSocket: null
          httpGet: {path: /healthz, port: 8080}
          initialDelaySeconds: null
          periodSeconds: 5
          failureThreshold: 3
'
