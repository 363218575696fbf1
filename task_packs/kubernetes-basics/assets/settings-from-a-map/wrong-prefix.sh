# The variables have other names.
set -eu
kubectl create configmap colours --from-literal WALL=white --from-literal DOOR=green
kubectl patch deployment paint --patch '
spec: {template: {spec: {containers: [{name: main, envFrom: [{prefix: PAINT_, configMapRef: {name: colours}}]}]}}}'
