# kubectl encodes by itself.
set -eu
kubectl -n vault create secret generic db-login --from-literal username=YXBw --from-literal password=dHVybi1sZWZ0LTQy
kubectl -n vault patch deployment client --patch '
spec:
  template:
    spec:
      volumes: [{name: login, secret: {secretName: db-login, defaultMode: 0400}}]
      containers:
      - {name: client, volumeMounts: [{name: login, mountPath: /etc/db, readOnly: true}]}
'
