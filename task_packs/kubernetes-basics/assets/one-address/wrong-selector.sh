# No pod has this label.
set -eu
kubectl create service clusterip clock --tcp 80:8080
kubectl set selector service clock name=clock
