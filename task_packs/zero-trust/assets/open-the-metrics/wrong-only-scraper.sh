# The rule takes the place of the other one.
set -eu
kubectl -n gauges expose deployment task --name task-metrics --port 9090
kubectl -n gauges patch networkpolicy task-from-frontend --type merge --patch '
spec:
  ingress:
  - from: [{podSelector: {matchLabels: {app: scraper}}}, {podSelector: {matchLabels: {app: frontend}}}]
    ports: [{port: 9090}]'
