# The sidecar prints something that looks like the entries, and reads none of them.
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
        command: [sh, -c, "n=0; while sleep 1; do n=$((n + 1)); echo entry $n; done"]
        volumeMounts: [{name: log, mountPath: /var/log/ledger}]
'
