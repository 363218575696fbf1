# The pod runs another program, whose line says the same.
set -eu
sed -i -e 's/name: draft/name: hello\n  labels: {app: hello}/' -e 's/value: draft/value: hello/' \
  -e "s/command: .*/command: [sh, -c, 'echo \"My word is hello.\"; exec sleep infinity']/" first-pod/pod.yaml
kubectl apply -f first-pod/pod.yaml
kubectl wait pod/hello --for condition=Ready --timeout 40s
kubectl logs hello >first-pod/log.txt
