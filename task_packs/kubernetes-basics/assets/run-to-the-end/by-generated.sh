# As JSON, by Python.
set -eu
kubectl create --dry-run=client -o json -f run-to-the-end/job.yaml | python3 -c '
import json, sys
job = json.load(sys.stdin)
job["metadata"]["name"] = "count"
job["spec"].update(completions=3, backoffLimit=2)
json.dump(job, sys.stdout)' | kubectl create -f -
kubectl wait job/count --for condition=Complete --timeout 50s
kubectl logs job/count >run-to-the-end/log.txt
