# The program itself is changed, which is what everybody would like to do, and nobody can.
set -eu
kubectl -n audit patch deployment ledger --patch '
spec:
  template:
    spec:
      containers:
      - name: ledger
        command: [sh, -c, "n=0; while sleep 1; do n=$((n + 1)); echo entry $n; done"]
'
