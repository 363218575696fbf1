# The database is back, and the move has failed.
set -eu
kubectl -n outage scale deployment mysql --replicas 1
kubectl -n outage rollout status deployment/mysql --timeout 50s
kubectl -n outage patch deployment auth --patch '
spec:
  template:
    spec:
      containers:
      - name: auth
        readinessProbe: {httpGet: {path: /cgi-bin/ready, port: 8001}, periodSeconds: 2, timeoutSeconds: 3}
        livenessProbe: {httpGet: {path: /healthz, port: 8001}, periodSeconds: 5}
'
kubectl -n outage rollout status deployment/auth --timeout 50s
