# All that are in English.
set -eu
kubectl label configmap --selector lang=de review=done
kubectl delete configmap --selector lang=en
kubectl create configmap page-two --from-literal 'text=This is page two.'
kubectl label configmap page-two lang=en state=new
