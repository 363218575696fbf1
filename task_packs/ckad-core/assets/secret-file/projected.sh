# The Secret by a manifest, as one of the sources of a projected volume, with a mode for each key.
set -eu
kubectl apply -f - <<'END'
apiVersion: v1
kind: Secret
metadata: {name: db-login, namespace: vault}
stringData: {username: app, password: turn-left-42}
END
kubectl -n vault patch deployment client --patch '
spec:
  template:
    spec:
      volumes:
      - name: login
        projected:
          sources:
          - secret:
              name: db-login
              items: [{key: username, path: username, mode: 0400}, {key: password, path: password, mode: 0400}]
      containers:
      - {name: client, volumeMounts: [{name: login, mountPath: /etc/db}]}
'
