# The kubelet ends a container that its startup probe does not find in time.
set -eu
kubectl patch deployment slow --patch '
spec:
  template:
    spec:
      containers:
      - name: main
        readinessProbe: {httpGet: {path: /page.txt, port: 8080}, periodSeconds: 2}
        startupProbe: {httpGet: {path: /page.txt, port: 8080}, periodSeconds: 2, failureThreshold: 30}'
