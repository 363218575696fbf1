# Everything in one manifest, with other spellings.
set -eu
kubectl apply -f - <<'END'
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly, namespace: archive}
spec:
  schedule: "30 02 * * 0-6"
  concurrencyPolicy: Forbid
  successfulJobsHistoryLimit: 2
  failedJobsHistoryLimit: 1
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
          - {name: archive, image: "docker.io/tempshell/practice:1", command: [/bin/sh, -c], args: ["echo archived"]}
END
kubectl -n archive create job nightly-now --from cronjob/nightly
