# Another program for the CronJob, and so for the Job.
set -eu
sed -i -e 's/schedule: .*/schedule: "15 * * * *"/' -e 's/suspend: true/concurrencyPolicy: Forbid/' \
  -e 's/command: .*/command: ["true"]/' every-hour/cronjob.yaml
kubectl apply -f every-hour/cronjob.yaml
kubectl create job report-now --from cronjob/report
kubectl wait job/report-now --for condition=Complete --timeout 50s
