# A startup probe restarts the container for want of a database.
set -eu
kubectl -n outage patch deployment auth --patch '
spec:
  template:
    spec:
      containers:
      - name: auth
        readinessProbe: {httpGet: {path: /cgi-bin/ready, port: 8001}, periodSeconds: 2, timeoutSeconds: 3}
        livenessProbe: {httpGet: {path: /healthz, port: 8001}, periodSeconds: 5}
        startupProbe: {httpGet: {path: /cgi-bin/ready, port: 8001}, periodSeconds: 2, timeoutSeconds: 3}
'
