# The file as it was.
set -eu
kubectl apply -f first-pod/pod.yaml
kubectl wait pod/draft --for condition=Ready --timeout 40s
kubectl logs draft >first-pod/log.txt
