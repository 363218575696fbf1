# Another value.
set -eu
kubectl label configmap --selector lang=de review=true
kubectl delete configmap --selector state=old
