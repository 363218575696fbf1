# The limits stand in the pod's spec, where one of them means something else.
set -eu
kubectl create -f - <<'END'
apiVersion: batch/v1
kind: Job
metadata: {name: render, namespace: press}
spec:
  completions: 6
  parallelism: 3
  template:
    spec:
      activeDeadlineSeconds: 120
      restartPolicy: Never
      containers:
      - {name: render, image: "tempshell/practice:1", command: [sh, -c, "echo page; sleep 1"]}
END
kubectl -n press wait job/render --for condition=Complete --timeout 50s
