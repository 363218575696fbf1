# Patterns, and the ConfigMap replaced from a file.
set -eu
cat >default.conf <<'END'
server {
  listen 8080;
  proxy_set_header Host $host;
  proxy_set_header X-Forwarded-For $remote_addr;
  location / { proxy_pass http://frontend; }
  location ~ ^/api/auth(/|$) { proxy_pass http://auth:8001; }
  location ~ ^/api/tasks(/|$) { proxy_pass http://task:8002; }
}
END
kubectl -n crossroads create configmap gateway --from-file default.conf --dry-run=client -o yaml | kubectl -n crossroads replace -f -
rm default.conf
kubectl -n crossroads rollout restart deployment/gateway
kubectl -n crossroads rollout status deployment/gateway --timeout 50s
