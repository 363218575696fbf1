# The limited path leads to another Service.
set -eu
kubectl apply -f - <<'END'
apiVersion: v1
kind: ConfigMap
metadata: {name: gateway, namespace: busy}
data:
  default.conf: |
    limit_req_zone $binary_remote_addr zone=tasks:1m rate=20r/m;
    server {
      listen 8080;
      location / { proxy_pass http://frontend; }
      location /api/auth/ { proxy_pass http://auth:8001; }
      location /api/tasks/ {
        limit_req zone=tasks burst=19 nodelay;
        limit_req_status 429;
        proxy_pass http://auth:8001;
      }
    }
END
kubectl -n busy rollout restart deployment/gateway
kubectl -n busy rollout status deployment/gateway --timeout 50s
