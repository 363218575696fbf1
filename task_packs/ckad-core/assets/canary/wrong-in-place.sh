# All requests reach the new version.
set -eu
kubectl -n feed set image deployment/feed feed=tempshell/practice:2
