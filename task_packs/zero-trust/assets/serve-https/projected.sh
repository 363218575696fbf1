# A projected volume with other names, the Secret from YAML, one file from another.
set -eu
kubectl apply -f - <<END
apiVersion: v1
kind: Secret
metadata: {name: todo-tls, namespace: safe}
type: kubernetes.io/tls
data: {tls.crt: $(base64 -w0 https/todo.crt), tls.key: $(base64 -w0 https/todo.key)}
END
cat >default.conf <<'END'
server {
  listen 8080;
  server_name todo.example;
  return 308 https://todo.example$request_uri;
}
server {
  listen 8443 ssl;
  server_name todo.example;
  ssl_certificate /tls/todo.crt;
  ssl_certificate_key /tls/todo.key;
  location / { proxy_pass http://frontend; }
}
END
kubectl -n safe create configmap gateway --from-file default.conf --dry-run=client -o yaml | kubectl -n safe replace -f -
rm default.conf
kubectl -n safe patch deployment gateway --patch '
spec:
  template:
    spec:
      containers: [{name: nginx, volumeMounts: [{name: tls, mountPath: /tls}]}]
      volumes: [{name: tls, projected: {sources: [{secret: {name: todo-tls, items: [{key: tls.crt, path: todo.crt}, {key: tls.key, path: todo.key}]}}]}}]
'
kubectl -n safe rollout status deployment/gateway --timeout 50s
