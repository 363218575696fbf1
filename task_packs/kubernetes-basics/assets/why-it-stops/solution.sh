set -eu
kubectl get pods --selector app=greeter --output jsonpath='{.items[0].status.containerStatuses[0].lastState.terminated.exitCode}' \
  >why-it-stops/code.txt
kubectl logs --selector app=greeter
kubectl set env deployment/greeter GREET_WHOM=world
kubectl rollout status deployment/greeter --timeout 50s
