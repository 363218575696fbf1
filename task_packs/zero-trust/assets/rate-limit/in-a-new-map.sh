# Another ConfigMap in the place of the first, and a burst of 20: that and one are answered at once.
set -eu
cat >todo.conf <<'END'
limit_req_zone $remote_addr zone=create:10m rate=20r/m;
server {
  listen 8080;
  location / { proxy_pass http://frontend; }
  location /api/auth/ { proxy_pass http://auth:8001; }
  location /api/tasks/ {
    limit_req zone=create burst=20 nodelay;
    limit_req_status 429;
    proxy_pass http://task:8002;
  }
}
END
kubectl -n busy create configmap gateway-2 --from-file todo.conf
rm todo.conf
kubectl -n busy patch deployment gateway --type json --patch '[
  {"op": "replace", "path": "/spec/template/spec/volumes/0/configMap/name", "value": "gateway-2"}]'
kubectl -n busy rollout status deployment/gateway --timeout 50s
