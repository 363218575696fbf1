# The application is made fast, and its liveness probe stays as impatient as it was.
set -eu
kubectl -n catalog set env deployment/catalog START_SECONDS=0
kubectl -n catalog patch deployment catalog --patch '
spec:
  template:
    spec:
      containers:
      - name: catalog
        startupProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 2, failureThreshold: 20}
        readinessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 3}
'
