# The city is written down a second time: who changes the ConfigMap changes half of it.
set -eu
kubectl -n weather create configmap station --from-literal CITY=Oslo --from-literal UNIT=celsius
kubectl -n weather patch deployment weather --patch '
spec:
  template:
    spec:
      volumes: [{name: station, configMap: {name: station}}]
      containers:
      - name: weather
        env: [{name: CITY, value: Oslo}]
        volumeMounts: [{name: station, mountPath: /etc/station}]
'
kubectl -n weather rollout status deployment/weather --timeout 40s
