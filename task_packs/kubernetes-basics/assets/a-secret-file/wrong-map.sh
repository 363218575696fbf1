# A ConfigMap is for what anybody may read.
set -eu
kubectl create secret generic door --from-literal pin=4711
kubectl create configmap door --from-literal pin=4711
kubectl patch deployment lock --patch '
spec:
  template:
    spec:
      volumes: [{name: door, configMap: {name: door}}]
      containers: [{name: main, volumeMounts: [{name: door, mountPath: /etc/door}]}]'
