# The label of the example in the documentation.
set -eu
sed -i -e 's/name: draft/name: hello\n  labels: {name: hello}/' -e 's/value: draft/value: hello/' first-pod/pod.yaml
kubectl apply -f first-pod/pod.yaml
kubectl wait pod/hello --for condition=Ready --timeout 40s
kubectl logs hello >first-pod/log.txt
