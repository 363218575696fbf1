# From a file, by a projected volume.
set -eu
printf 4711 >/tmp/pin
kubectl create secret generic door --from-file /tmp/pin
rm /tmp/pin
kubectl patch deployment lock --patch '
spec:
  template:
    spec:
      volumes: [{name: all, projected: {sources: [{secret: {name: door, items: [{key: pin, path: pin, mode: 0444}]}}]}}]
      containers: [{name: main, volumeMounts: [{name: all, mountPath: /etc/door/}]}]'
