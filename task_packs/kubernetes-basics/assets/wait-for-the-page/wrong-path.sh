# This page is there at once.
set -eu
kubectl patch deployment slow --patch '
spec:
  template:
    spec:
      containers:
      - name: main
        readinessProbe: {httpGet: {path: /, port: 8080}, periodSeconds: 2}'
