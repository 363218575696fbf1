# The city is written down a second time, and does not follow the ConfigMap; a variable of the other key does.
set -eu
kubectl -n weather create configmap station --from-literal CITY=Oslo --from-literal UNIT=celsius
kubectl -n weather patch deployment weather --patch '
spec:
  template:
    spec:
      volumes: [{name: station, configMap: {name: station}}]
      containers:
      - name: weather
        env: [{name: CITY, value: Oslo}, {name: UNIT, valueFrom: {configMapKeyRef: {name: station, key: UNIT}}}]
        volumeMounts: [{name: station, mountPath: /etc/station}]
'
