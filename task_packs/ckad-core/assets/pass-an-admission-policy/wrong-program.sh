# The pods are admitted, and do nothing.
set -eu
cat >~/customs/scanner.yaml <<'END'
apiVersion: apps/v1
kind: Deployment
metadata:
  name: scanner
  namespace: customs
  labels: {owner: team-port}
spec:
  replicas: 2
  selector: {matchLabels: {app: scanner}}
  template:
    metadata:
      labels: {app: scanner}
    spec:
      containers:
      - name: scanner
        image: tempshell/practice:2
        env: [{name: MESSAGE, value: nothing to declare}]
        command: [sleep, "2147483647"]
        resources: {limits: {memory: 48Mi}}
END
kubectl apply -f ~/customs/scanner.yaml
kubectl -n customs rollout status deployment/scanner --timeout 40s
