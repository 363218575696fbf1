# A map from paths to upstreams, in another ConfigMap.
set -eu
cat >todo.conf <<'END'
map $uri $behind {
  ~^/api/auth(/|$)  auth;
  ~^/api/tasks(/|$) task;
  default           frontend;
}
upstream auth { server auth:8001; }
upstream task { server task:8002; }
upstream frontend { server frontend:80; }
server {
  listen 8080;
  location / {
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_pass http://$behind;
  }
}
END
kubectl -n crossroads create configmap gateway-2 --from-file todo.conf
rm todo.conf
kubectl -n crossroads patch deployment gateway --type json --patch '[
  {"op": "replace", "path": "/spec/template/spec/volumes/0/configMap/name", "value": "gateway-2"}]'
kubectl -n crossroads rollout status deployment/gateway --timeout 50s
