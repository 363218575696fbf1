# The variable stays as it was.
set -eu
sed -i 's/name: draft/name: hello\n  labels: {app: hello}/' first-pod/pod.yaml
kubectl apply -f first-pod/pod.yaml
kubectl wait pod/hello --for condition=Ready --timeout 40s
kubectl logs hello >first-pod/log.txt
