# The files are right, and the password is in the environment as well.
set -eu
kubectl -n vault create secret generic db-login --from-literal username=app --from-literal password=turn-left-42
kubectl -n vault patch deployment client --patch '
spec:
  template:
    spec:
      volumes: [{name: login, secret: {secretName: db-login, defaultMode: 0400}}]
      containers:
      - {name: client, env: [{name: PASSWORD, value: turn-left-42}], volumeMounts: [{name: login, mountPath: /etc/db, readOnly: true}]}
'
