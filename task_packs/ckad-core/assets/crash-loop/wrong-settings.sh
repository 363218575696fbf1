# The ConfigMap is overwritten with a guess at what should be in it.
set -eu
kubectl -n orders patch configmap orders-settings --patch '{"data": {"orders.conf": "currency = USD\n"}}'
kubectl -n orders patch deployment orders --patch '
spec:
  template:
    spec:
      volumes: [{name: settings, configMap: {name: orders-settings}}]
      containers:
      - {name: orders, volumeMounts: [{name: settings, mountPath: /etc/orders}]}
'
