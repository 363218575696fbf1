# Any value lets it run.
set -eu
echo 17 >why-it-stops/code.txt
kubectl set env deployment/greeter GREET_WHOM=everybody
