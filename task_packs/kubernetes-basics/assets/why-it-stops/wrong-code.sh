# How often it was restarted in the place of its exit code.
set -eu
kubectl get pods --selector app=greeter --output jsonpath='{.items[0].status.containerStatuses[0].restartCount}' >why-it-stops/code.txt
kubectl set env deployment/greeter GREET_WHOM=world
