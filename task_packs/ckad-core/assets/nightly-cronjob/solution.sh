set -eu
kubectl -n archive create cronjob nightly --image tempshell/practice:1 --schedule '30 2 * * *' -- sh -c 'echo archived'
kubectl -n archive patch cronjob nightly --type merge --patch \
  '{"spec": {"concurrencyPolicy": "Forbid", "successfulJobsHistoryLimit": 2, "failedJobsHistoryLimit": 1}}'
kubectl -n archive create job nightly-now --from cronjob/nightly
kubectl -n archive wait job/nightly-now --for condition=Complete --timeout 40s
