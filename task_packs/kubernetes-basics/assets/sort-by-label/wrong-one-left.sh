set -eu
kubectl label configmap --selector lang=de review=done
kubectl delete configmap page-four
