# The way without a limit is still there.
set -eu
kubectl -n busy create ingress tasks --class nginx --rule 'todo.example/api/tasks*=task:8002' \
  --annotation nginx.ingress.kubernetes.io/limit-rpm=20
