set -eu
kubectl patch deployment slow --patch '
spec:
  template:
    spec:
      containers:
      - name: main
        livenessProbe: {httpGet: {path: /page.txt, port: 8080}, periodSeconds: 2}'
