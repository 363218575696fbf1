set -eu
kubectl -n busy create ingress tasks --class nginx --rule 'todo.example/api/tasks*=task:8002' \
  --annotation nginx.ingress.kubernetes.io/limit-rpm=20
kubectl -n busy patch ingresses.networking.k8s.io todo --type json --patch '[{"op": "remove", "path": "/spec/rules/0/http/paths/2"}]'
