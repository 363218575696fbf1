# Does nothing, every night.
set -eu
kubectl -n archive create cronjob nightly --image tempshell/practice:1 --schedule '30 2 * * *' -- true
kubectl -n archive patch cronjob nightly --type merge --patch \
  '{"spec": {"concurrencyPolicy": "Forbid", "successfulJobsHistoryLimit": 2, "failedJobsHistoryLimit": 1}}'
kubectl -n archive create job nightly-now --from cronjob/nightly
