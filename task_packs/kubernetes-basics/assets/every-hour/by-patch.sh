# Created as it is, then changed.
set -eu
kubectl apply -f every-hour/cronjob.yaml
kubectl create job report-now --from cronjob/report
kubectl patch cronjob report --patch '{"spec": {"schedule": "15 */1 * * *", "suspend": false, "concurrencyPolicy": "Forbid"}}'
