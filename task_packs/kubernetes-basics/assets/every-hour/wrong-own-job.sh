# A Job of the same name that the CronJob has nothing to do with.
set -eu
sed -i -e 's/schedule: .*/schedule: "15 * * * *"/' -e 's/suspend: true/concurrencyPolicy: Forbid/' every-hour/cronjob.yaml
kubectl apply -f every-hour/cronjob.yaml
kubectl create job report-now --from cronjob/report --dry-run=client -o json | python3 -c '
import json, sys
job = json.load(sys.stdin)
del job["metadata"]["ownerReferences"]
json.dump(job, sys.stdout)' | kubectl create -f -
kubectl wait job/report-now --for condition=Complete --timeout 50s
