set -eu
KUBE_EDITOR="sed -i -e 's/maxUnavailable: 1/maxUnavailable: 0%/' -e 's/maxSurge: 1/maxSurge: 33%/'" \
  kubectl -n shop edit deployment web
KUBE_EDITOR="sed -i 's#image: tempshell/practice:1#image: tempshell/practice:2#'" kubectl -n shop edit deployment web
