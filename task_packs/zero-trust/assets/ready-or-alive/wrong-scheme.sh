# The program does not speak HTTPS.
set -eu
kubectl -n outage patch deployment auth --patch '
spec:
  template:
    spec:
      containers:
      - name: auth
        readinessProbe: {httpGet: {path: /cgi-bin/ready, port: 8001, scheme: HTTPS}, periodSeconds: 2, timeoutSeconds: 3}
        livenessProbe: {httpGet: {path: /healthz, port: 8001, scheme: HTTPS}, periodSeconds: 5}
'
