# 400 in decimal is another mode.
set -eu
kubectl -n vault create secret generic db-login --from-literal username=app --from-literal password=turn-left-42
kubectl -n vault patch deployment client --patch '
spec:
  template:
    spec:
      volumes: [{name: login, secret: {secretName: db-login, defaultMode: 400}}]
      containers:
      - {name: client, volumeMounts: [{name: login, mountPath: /etc/db, readOnly: true}]}
'
