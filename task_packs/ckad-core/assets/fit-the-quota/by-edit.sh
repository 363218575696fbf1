set -eu
KUBE_EDITOR="sed -i 's/resources: {}/resources: {requests: {cpu: 50m, memory: 32Mi}, limits: {cpu: 100m, memory: 64Mi}}/'" \
  kubectl -n budget edit deployment report
