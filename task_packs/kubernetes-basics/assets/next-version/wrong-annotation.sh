# The annotation is put on the pods.
set -eu
kubectl patch deployment site --patch '
spec:
  template:
    metadata: {annotations: {kubernetes.io/change-cause: version 2}}
    spec: {containers: [{name: main, env: [{name: VERSION, value: "2"}]}]}'
