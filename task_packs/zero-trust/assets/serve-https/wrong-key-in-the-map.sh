# The key is in a ConfigMap, which is no place for secrets.
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
      return 301 https://$host$request_uri;
    }
    server {
      listen 8443 ssl;
      server_name todo.example;
      ssl_certificate /etc/nginx/conf.d/tls.crt;
      ssl_certificate_key /etc/nginx/conf.d/tls.key;
      location / { proxy_pass http://frontend; }
    }
END
kubectl -n safe patch configmap gateway --type merge --patch "$(jq -n --rawfile crt https/todo.crt --rawfile key https/todo.key '{data: {"tls.crt": $crt, "tls.key": $key}}')"
kubectl -n safe rollout restart deployment/gateway
kubectl -n safe rollout status deployment/gateway --timeout 50s
