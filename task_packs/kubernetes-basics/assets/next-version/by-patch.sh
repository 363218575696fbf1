set -eu
kubectl patch deployment site --patch '
metadata: {annotations: {kubernetes.io/change-cause: version 2}}
spec: {template: {spec: {containers: [{name: main, env: [{name: VERSION, value: "2"}]}]}}}'
