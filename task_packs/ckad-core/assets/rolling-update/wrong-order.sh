# The image first: the strategy comes too late for this update.
set -eu
kubectl -n shop set image deployment/web web=tempshell/practice:2
kubectl -n shop rollout status deployment/web --timeout 40s
kubectl -n shop patch deployment web --patch '{"spec": {"strategy": {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}}}'
