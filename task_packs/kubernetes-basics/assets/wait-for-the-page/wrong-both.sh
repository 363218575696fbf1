# It is restarted while it is busy.
set -eu
kubectl patch deployment slow --patch '
spec:
  template:
    spec:
      containers:
      - name: main
        readinessProbe: {httpGet: {path: /page.txt, port: 8080}, periodSeconds: 2}
        livenessProbe: {httpGet: {path: /page.txt, port: 8080}, periodSeconds: 10}'
