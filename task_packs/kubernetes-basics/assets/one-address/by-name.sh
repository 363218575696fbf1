# Created for another selector, by the name of the port, and corrected.
set -eu
kubectl create service clusterip clock --tcp 80:web
kubectl set selector service clock app=clock
