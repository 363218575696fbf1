# Nothing keeps requests away.
set -eu
kubectl -n outage patch deployment auth --patch '
spec:
  template:
    spec:
      containers:
      - name: auth
        livenessProbe: {httpGet: {path: /healthz, port: 8001}, periodSeconds: 5}
'
