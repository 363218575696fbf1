# The name of the user is missing.
set -eu
kubectl -n vault create secret generic db-login --from-literal username=app --from-literal password=turn-left-42
kubectl -n vault patch deployment client --patch '
spec:
  template:
    spec:
      volumes: [{name: login, secret: {secretName: db-login, items: [{key: password, path: password, mode: 0400}]}}]
      containers:
      - {name: client, volumeMounts: [{name: login, mountPath: /etc/db, readOnly: true}]}
'
