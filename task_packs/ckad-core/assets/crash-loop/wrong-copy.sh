# A second ConfigMap with the same settings, which nobody will keep up to date.
set -eu
kubectl -n orders create configmap settings --from-literal 'orders.conf=currency = EUR'
kubectl -n orders patch deployment orders --patch '
spec:
  template:
    spec:
      volumes: [{name: settings, configMap: {name: settings}}]
      containers:
      - {name: orders, volumeMounts: [{name: settings, mountPath: /etc/orders}]}
'
