# Succeeds at once, and renders nothing.
set -eu
kubectl create -f - <<'END'
apiVersion: batch/v1
kind: Job
metadata: {name: render, namespace: press}
spec:
  completions: 6
  parallelism: 3
  backoffLimit: 2
  activeDeadlineSeconds: 120
  template:
    spec:
      restartPolicy: Never
      containers:
      - {name: render, image: "tempshell/practice:1", command: ["true"]}
END
