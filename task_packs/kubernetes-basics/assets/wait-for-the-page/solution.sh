set -eu
kubectl patch deployment slow --patch '
spec:
  template:
    spec:
      containers:
      - name: main
        readinessProbe: {httpGet: {path: /page.txt, port: 8080}, periodSeconds: 2}'
kubectl rollout status deployment/slow --timeout 50s
