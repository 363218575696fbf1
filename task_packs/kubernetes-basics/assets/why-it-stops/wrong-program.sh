# The program was silenced, and nobody is greeted.
set -eu
echo 17 >why-it-stops/code.txt
kubectl patch deployment greeter --patch '
spec:
  template:
    spec:
      containers: [{name: main, command: [sleep, infinity], env: [{name: GREET_WHOM, value: world}]}]'
