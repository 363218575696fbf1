# Every address leads to the front page.
set -eu
kubectl -n safe create secret tls todo-tls --cert https/todo.crt --key https/todo.key
kubectl apply -f - <<'END'
apiVersion: v1
kind: ConfigMap
metadata: {name: gateway, namespace: safe}
data:
  default.conf: |
    server {
      listen 8080;
      server_name todo.example;
      return 301 https://$host/;
    }
    server {
      listen 8443 ssl;
      server_name todo.example;
      ssl_certificate /etc/nginx/tls/tls.crt;
      ssl_certificate_key /etc/nginx/tls/tls.key;
      location / { proxy_pass http://frontend; }
    }
END
kubectl -n safe patch deployment gateway --patch '
spec:
  template:
    spec:
      containers: [{name: nginx, volumeMounts: [{name: tls, mountPath: /etc/nginx/tls}]}]
      volumes: [{name: tls, secret: {secretName: todo-tls}}]
'
kubectl -n safe rollout status deployment/gateway --timeout 50s
