set -eu
echo 17 >why-it-stops/code.txt
kubectl patch deployment greeter --patch '
spec: {template: {spec: {containers: [{name: main, env: [{name: GREET_WHOM, value: world}, {name: LANG, value: C}]}]}}}'
