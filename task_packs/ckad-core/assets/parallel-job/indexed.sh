# An indexed Job, with the program in `args` and on several lines.
set -eu
kubectl apply -f - <<'END'
apiVersion: batch/v1
kind: Job
metadata: {name: render, namespace: press}
spec:
  completionMode: Indexed
  completions: 6
  parallelism: 3
  backoffLimit: 2
  activeDeadlineSeconds: 120
  template:
    spec:
      restartPolicy: OnFailure
      containers:
      - name: page
        image: tempshell/practice:1
        command: [/bin/sh, -c]
        args:
        - |
          echo "page"
          sleep 1
END
