# By HTTPS nobody answers.
set -eu
kubectl patch deployment slow --patch '
spec:
  template:
    spec:
      containers:
      - name: main
        readinessProbe: {httpGet: {path: /page.txt, port: 8080, scheme: HTTPS}, periodSeconds: 2}'
