# A quarter of three pods comes to none that may be missing, and to one in addition. All in one patch.
set -eu
kubectl -n shop patch deployment web --patch '
spec:
  strategy: {rollingUpdate: {maxUnavailable: 25%, maxSurge: 25%}}
  template: {spec: {containers: [{name: web, image: "docker.io/tempshell/practice:2"}]}}
'
