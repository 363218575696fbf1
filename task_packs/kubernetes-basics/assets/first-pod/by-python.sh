# As JSON, made by kubectl and changed by Python.
set -eu
kubectl create --dry-run=client -o json -f first-pod/pod.yaml | python3 -c '
import json, sys
pod = json.load(sys.stdin)
pod["metadata"].update(name="hello", labels={"app": "hello"})
pod["spec"]["containers"][0]["env"][0]["value"] = "hello"
json.dump(pod, sys.stdout)' >first-pod/pod.json
kubectl apply -f first-pod/pod.json
kubectl wait pod/hello --for condition=Ready --timeout 40s
kubectl logs hello >first-pod/log.txt
