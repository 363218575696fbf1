# In an editor, with the one key named.
set -eu
KUBE_EDITOR="sed -i \
  -e 's#^      dnsPolicy:.*#&\n      volumes: [{name: conf, configMap: {name: orders-settings, items: [{key: orders.conf, path: orders.conf}]}}]#' \
  -e 's#^        imagePullPolicy:.*#&\n        volumeMounts: [{name: conf, mountPath: /etc/orders}]#'" kubectl -n orders edit deployment orders
