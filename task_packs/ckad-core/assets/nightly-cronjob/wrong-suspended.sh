# Never runs by itself; and the run before it is ended, instead of the new one being skipped.
set -eu
kubectl -n archive create cronjob nightly --image tempshell/practice:1 --schedule '30 2 * * *' -- sh -c 'echo archived'
kubectl -n archive patch cronjob nightly --type merge --patch \
  '{"spec": {"suspend": true, "concurrencyPolicy": "Replace", "successfulJobsHistoryLimit": 2, "failedJobsHistoryLimit": 1}}'
kubectl -n archive create job nightly-now --from cronjob/nightly
