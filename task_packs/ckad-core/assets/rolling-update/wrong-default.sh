# A quarter of the pods may be missing, which is the default.
set -eu
kubectl -n shop set image deployment/web web=tempshell/practice:2
kubectl -n shop rollout status deployment/web --timeout 50s
