# A sidecar container: it starts before the others, and goes on beside them.
set -eu
kubectl -n audit patch deployment ledger --patch '
spec:
  template:
    spec:
      volumes: [{name: log, emptyDir: {}}]
      containers:
      - {name: ledger, volumeMounts: [{name: log, mountPath: /var/log/ledger}]}
      initContainers:
      - name: show-log
        image: tempshell/practice:1
        restartPolicy: Always
        command: [tail, -F, /var/log/ledger/entries.log]
        volumeMounts: [{name: log, mountPath: /var/log/ledger}]
'
