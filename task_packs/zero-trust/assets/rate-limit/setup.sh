set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n busy delete ingresses.networking.k8s.io --all
kubectl apply -f - <<'END'
apiVersion: v1
kind: Service
metadata: {name: frontend, namespace: busy}
spec: {selector: {app: frontend}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: auth, namespace: busy}
spec: {selector: {app: auth}, ports: [{port: 8001}]}
---
apiVersion: v1
kind: Service
metadata: {name: task, namespace: busy}
spec: {selector: {app: task}, ports: [{port: 8002}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: todo, namespace: busy}
spec:
  ingressClassName: nginx
  rules:
  - host: todo.example
    http:
      paths:
      - {path: /, pathType: Prefix, backend: {service: {name: frontend, port: {number: 80}}}}
      - {path: /api/auth, pathType: Prefix, backend: {service: {name: auth, port: {number: 8001}}}}
      - {path: /api/tasks, pathType: Prefix, backend: {service: {name: task, port: {number: 8002}}}}
END
