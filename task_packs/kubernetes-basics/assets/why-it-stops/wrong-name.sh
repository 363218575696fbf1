# Another name.
set -eu
echo 17 >why-it-stops/code.txt
kubectl set env deployment/greeter GREET_WHO=world
