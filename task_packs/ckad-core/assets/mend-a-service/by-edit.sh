set -eu
KUBE_EDITOR="sed -i -e 's/app: apis/app: api/' -e 's/targetPort: 80$/targetPort: 8080/'" kubectl -n store edit service api
