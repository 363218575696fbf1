# The files have the right content, and are written by an init container.
set -eu
kubectl -n weather create configmap station --from-literal CITY=Oslo --from-literal UNIT=celsius
kubectl -n weather patch deployment weather --patch '
spec:
  template:
    spec:
      volumes: [{name: station, emptyDir: {}}]
      initContainers:
      - name: files
        image: tempshell/practice:1
        command: [sh, -c, "printf Oslo >/files/CITY; printf celsius >/files/UNIT"]
        volumeMounts: [{name: station, mountPath: /files}]
      containers:
      - name: weather
        envFrom: [{configMapRef: {name: station}}]
        volumeMounts: [{name: station, mountPath: /etc/station}]
'
