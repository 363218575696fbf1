# The settings are there, and another program runs, which does not need them.
set -eu
kubectl -n orders patch deployment orders --patch '
spec:
  template:
    spec:
      volumes: [{name: settings, configMap: {name: orders-settings}}]
      containers:
      - {name: orders, command: [sleep, "86400"], volumeMounts: [{name: settings, mountPath: /etc/orders}]}
'
