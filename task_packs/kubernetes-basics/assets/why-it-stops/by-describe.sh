set -eu
kubectl describe pods --selector app=greeter | sed -n 's/.*Exit Code: *//p' | head -n 1 >why-it-stops/code.txt
KUBE_EDITOR="sed -i 's/^        name: main/        name: main\n        env: [{name: GREET_WHOM, value: world}]/'" kubectl edit deployment greeter
