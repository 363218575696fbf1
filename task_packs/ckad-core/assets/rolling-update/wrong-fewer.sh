# Two pods are quicker to replace than three.
set -eu
kubectl -n shop patch deployment web --patch '
spec: {replicas: 2, strategy: {rollingUpdate: {maxUnavailable: 0, maxSurge: 1}}}
'
kubectl -n shop set image deployment/web web=tempshell/practice:2
