set -eu
kubectl -n orders patch deployment orders --patch '
spec:
  template:
    spec:
      volumes: [{name: settings, configMap: {name: orders-settings}}]
      containers:
      - {name: orders, volumeMounts: [{name: settings, mountPath: /etc/orders}]}
'
