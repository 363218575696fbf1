# The events of the pod in the place of its log.
set -eu
sed -i -e 's/name: draft/name: hello\n  labels: {app: hello}/' -e 's/value: draft/value: hello/' first-pod/pod.yaml
kubectl apply -f first-pod/pod.yaml
kubectl wait pod/hello --for condition=Ready --timeout 40s
kubectl describe pod hello >first-pod/log.txt
