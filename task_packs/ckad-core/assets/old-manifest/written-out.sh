# The manifest is written again, with a selector of expressions.
set -eu
cat >~/museum/guide.yaml <<'END'
---
apiVersion: "apps/v1"
kind: Deployment
metadata: {name: guide, namespace: museum, labels: {app: guide}}
spec:
  minReadySeconds: 1
  replicas: 2
  selector: {matchExpressions: [{key: app, operator: In, values: [guide]}]}
  template:
    metadata: {labels: {wing: east, app: guide}}
    spec:
      containers:
      - env: [{name: MESSAGE, value: "this way, please"}]
        image: docker.io/tempshell/practice:1
        name: guide
END
kubectl create -f ~/museum/guide.yaml
