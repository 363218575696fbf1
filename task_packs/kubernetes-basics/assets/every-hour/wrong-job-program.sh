# A Job of the CronJob's by its owner alone: it runs another program.
set -eu
sed -i -e 's/schedule: .*/schedule: "15 * * * *"/' -e 's/suspend: true/concurrencyPolicy: Forbid/' every-hour/cronjob.yaml
kubectl apply -f every-hour/cronjob.yaml
kubectl create job report-now --from cronjob/report --dry-run=client -o json |
  python3 -c '
import json, sys
job = json.load(sys.stdin)
job["spec"]["template"]["spec"]["containers"][0]["command"] = ["true"]
json.dump(job, sys.stdout)' | kubectl create -f -
kubectl wait job/report-now --for condition=Complete --timeout 50s
