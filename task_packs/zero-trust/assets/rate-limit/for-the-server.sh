# A key that is empty elsewhere, and the ConfigMap replaced from a file.
set -eu
cat >default.conf <<'END'
map $uri $limited {
  ~^/api/tasks/ $remote_addr;
  default "";
}
limit_req_zone $limited zone=all:1m rate=20r/m;
limit_req_status 429;
server {
  listen 8080;
  limit_req zone=all burst=19 nodelay;
  location / { proxy_pass http://frontend; }
  location /api/auth/ { proxy_pass http://auth:8001; }
  location /api/tasks/ { proxy_pass http://task:8002; }
}
END
kubectl -n busy create configmap gateway --from-file default.conf --dry-run=client -o yaml | kubectl -n busy replace -f -
rm default.conf
kubectl -n busy rollout restart deployment/gateway
kubectl -n busy rollout status deployment/gateway --timeout 50s
