# The variable has the value of the other key.
set -eu
kubectl -n weather create configmap station --from-literal CITY=Oslo --from-literal UNIT=celsius
kubectl -n weather patch deployment weather --patch '
spec:
  template:
    spec:
      volumes: [{name: station, configMap: {name: station}}]
      containers:
      - name: weather
        env: [{name: CITY, valueFrom: {configMapKeyRef: {name: station, key: UNIT}}}]
        volumeMounts: [{name: station, mountPath: /etc/station}]
'
