# echo writes a newline.
set -eu
echo 4711 >/tmp/pin
kubectl create secret generic door --from-file /tmp/pin
rm /tmp/pin
kubectl patch deployment lock --patch '
spec:
  template:
    spec:
      volumes: [{name: door, secret: {secretName: door}}]
      containers: [{name: main, volumeMounts: [{name: door, mountPath: /etc/door}]}]'
