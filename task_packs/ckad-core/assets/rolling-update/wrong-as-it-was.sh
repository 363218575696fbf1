# One pod may be missing, as before.
set -eu
kubectl -n shop set image deployment/web web=tempshell/practice:2
