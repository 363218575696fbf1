set -eu
kubectl create secret generic door --from-literal pin=4711
kubectl patch deployment lock --patch '
spec:
  template:
    spec:
      volumes: [{name: door, secret: {secretName: door}}]
      containers: [{name: main, volumeMounts: [{name: door, mountPath: /etc/door, readOnly: true}]}]'
kubectl rollout status deployment/lock --timeout 50s
