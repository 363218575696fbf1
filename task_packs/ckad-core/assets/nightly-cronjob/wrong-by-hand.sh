# The defaults for all else, and a Job that has nothing to do with the CronJob.
set -eu
kubectl -n archive create cronjob nightly --image tempshell/practice:1 --schedule '30 2 * * *' -- sh -c 'echo archived'
kubectl -n archive create job nightly-now --image tempshell/practice:1 -- sh -c 'echo archived'
