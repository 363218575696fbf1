# Hour and minute are the wrong way round.
set -eu
kubectl -n archive create cronjob nightly --image tempshell/practice:1 --schedule '2 3 * * *' -- sh -c 'echo archived'
kubectl -n archive patch cronjob nightly --type merge --patch \
  '{"spec": {"concurrencyPolicy": "Forbid", "successfulJobsHistoryLimit": 2, "failedJobsHistoryLimit": 1}}'
kubectl -n archive create job nightly-now --from cronjob/nightly
