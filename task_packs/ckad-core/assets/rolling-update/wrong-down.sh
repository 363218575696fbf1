# Everything is as it should be in the end, and for a moment nothing was there.
set -eu
kubectl -n shop patch deployment web --patch '{"spec": {"strategy": {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}}}'
kubectl -n shop scale deployment web --replicas 0
kubectl -n shop set image deployment/web web=tempshell/practice:2
kubectl -n shop scale deployment web --replicas 3
