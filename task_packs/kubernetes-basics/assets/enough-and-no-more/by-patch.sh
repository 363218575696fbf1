set -eu
kubectl patch deployment mule --patch '
spec:
  template:
    spec:
      containers:
      - name: main
        resources:
          requests: {cpu: 20m, memory: 16Mi}
          limits: {cpu: 100m, memory: 64Mi}'
