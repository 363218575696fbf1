set -eu
kubectl -n audit patch deployment ledger --patch '
spec:
  template:
    spec:
      volumes: [{name: log, emptyDir: {}}]
      containers:
      - {name: ledger, volumeMounts: [{name: log, mountPath: /var/log/ledger}]}
      - name: show-log
        image: tempshell/practice:1
        command: [tail, -F, /var/log/ledger/entries.log]
        volumeMounts: [{name: log, mountPath: /var/log/ledger}]
'
