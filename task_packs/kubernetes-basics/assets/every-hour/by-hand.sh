# The Job is written by hand: what makes it one of the CronJob's is its owner.
set -eu
kubectl create -f every-hour/cronjob.yaml
kubectl get cronjob report -o json | python3 -c '
import json, sys
cronjob = json.load(sys.stdin)
cronjob["spec"].update(schedule="15 0-23 * * *", suspend=False, concurrencyPolicy="Forbid")
json.dump(cronjob, sys.stdout)' | kubectl replace -f -
kubectl get cronjob report -o json | python3 -c '
import json, sys
cronjob = json.load(sys.stdin)
owner = {"apiVersion": "batch/v1", "kind": "CronJob", "name": "report", "uid": cronjob["metadata"]["uid"], "controller": True}
template = cronjob["spec"]["jobTemplate"]
metadata = {"name": "report-now", "ownerReferences": [owner]}
json.dump({"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": template["spec"]}, sys.stdout)' | kubectl create -f -
kubectl wait job/report-now --for condition=Complete --timeout 50s
