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
      - {name: render, image: "tempshell/practice:1", command: [sh, -c, "echo page; sleep 1"]}
END
kubectl -n press wait job/render --for condition=Complete --timeout 50s
