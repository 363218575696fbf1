# The label comes when the pod is there already.
set -eu
sed 's/draft/hello/' first-pod/pod.yaml >first-pod/hello.yaml
kubectl create -f first-pod/hello.yaml
kubectl label pod hello app=hello tier=first
kubectl wait pod/hello --for condition=Ready --timeout 40s
kubectl logs pod/hello --container main | tee first-pod/log.txt
