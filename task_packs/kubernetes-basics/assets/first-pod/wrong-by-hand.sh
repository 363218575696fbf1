# The line is written as the command says, and not what the pod has logged.
set -eu
sed -i -e 's/name: draft/name: hello\n  labels: {app: hello}/' -e 's/value: draft/value: hello/' first-pod/pod.yaml
kubectl apply -f first-pod/pod.yaml
kubectl wait pod/hello --for condition=Ready --timeout 40s
echo "My word is hello, my number $(cat /proc/sys/kernel/random/uuid)." >first-pod/log.txt
