# The Services see their own names as the host.
set -eu
kubectl apply -f - <<'END'
apiVersion: v1
kind: ConfigMap
metadata: {name: gateway, namespace: crossroads}
data:
  default.conf: |
    server {
      listen 8080;
      proxy_set_header X-Forwarded-For $remote_addr;
      location / { proxy_pass http://frontend; }
      location = /api/auth { proxy_pass http://auth:8001; }
      location /api/auth/ { proxy_pass http://auth:8001; }
      location = /api/tasks { proxy_pass http://task:8002; }
      location /api/tasks/ { proxy_pass http://task:8002; }
    }
END
kubectl -n crossroads rollout restart deployment/gateway
kubectl -n crossroads rollout status deployment/gateway --timeout 50s
