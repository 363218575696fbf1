# Two pods in addition.
set -eu
kubectl -n shop patch deployment web --patch '{"spec": {"strategy": {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": "34%"}}}}'
kubectl -n shop set image deployment/web web=tempshell/practice:2
