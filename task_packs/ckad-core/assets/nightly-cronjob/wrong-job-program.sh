# The Job has the CronJob for its owner, and runs another program.
set -eu
kubectl -n archive create cronjob nightly --image tempshell/practice:1 --schedule '30 2 * * *' -- sh -c 'echo archived'
kubectl -n archive patch cronjob nightly --type merge --patch \
  '{"spec": {"concurrencyPolicy": "Forbid", "successfulJobsHistoryLimit": 2, "failedJobsHistoryLimit": 1}}'
kubectl -n archive create job nightly-now --from cronjob/nightly --dry-run=client -o json |
  jq '.spec.template.spec.containers[0].command = ["true"]' | kubectl create -f -
kubectl -n archive wait job/nightly-now --for condition=Complete --timeout 40s
