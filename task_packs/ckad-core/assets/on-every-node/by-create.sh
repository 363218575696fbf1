# The command for such a Service, which takes the Service's own name for the label of the pods.
set -eu
kubectl -n radio create service nodeport radio-public --tcp 80:8080 --node-port 30990
kubectl -n radio set selector service radio-public app=radio
