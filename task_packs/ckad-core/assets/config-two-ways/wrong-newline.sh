# The values end with a newline, as they do when they are taken from files.
set -eu
kubectl apply -f - <<'END'
apiVersion: v1
kind: ConfigMap
metadata: {name: station, namespace: weather}
data: {CITY: "Oslo\n", UNIT: "celsius\n"}
END
kubectl -n weather patch deployment weather --patch '
spec:
  template:
    spec:
      volumes: [{name: station, configMap: {name: station}}]
      containers:
      - name: weather
        env: [{name: CITY, valueFrom: {configMapKeyRef: {name: station, key: CITY}}}]
        volumeMounts: [{name: station, mountPath: /etc/station}]
'
