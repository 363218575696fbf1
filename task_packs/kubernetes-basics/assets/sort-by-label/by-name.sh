set -eu
kubectl label configmap page-one page-three review=done
kubectl delete configmap/page-four configmap/page-five
