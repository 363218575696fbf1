# One of the two files only.
set -eu
kubectl -n weather create configmap station --from-literal CITY=Oslo --from-literal UNIT=celsius
kubectl -n weather patch deployment weather --patch '
spec:
  template:
    spec:
      volumes: [{name: station, configMap: {name: station, items: [{key: CITY, path: CITY}]}}]
      containers:
      - name: weather
        envFrom: [{configMapRef: {name: station}}]
        volumeMounts: [{name: station, mountPath: /etc/station}]
'
