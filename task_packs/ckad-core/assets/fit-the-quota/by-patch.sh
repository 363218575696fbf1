# Other spellings of the same quantities.
set -eu
kubectl -n budget patch deployment report --patch '
spec:
  template:
    spec:
      containers:
      - name: report
        resources: {requests: {cpu: 0.05, memory: 33554432}, limits: {cpu: "0.1", memory: 65536Ki}}
'
