# A hook instead of a probe: a container has started when its `postStart` has ended.
set -eu
kubectl -n courier delete job deliver
kubectl create -f - <<'END'
apiVersion: batch/v1
kind: Job
metadata: {name: deliver, namespace: courier}
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      initContainers:
      - name: proxy
        image: docker.io/tempshell/practice:1
        restartPolicy: Always
        env: [{name: START_SECONDS, value: "8"}]
        lifecycle:
          postStart: {exec: {command: [sh, -c, "until wget -qO- http://localhost:8080/healthz; do sleep 1; done"]}}
      containers:
      - name: deliver
        image: tempshell/practice:1
        command: [wget, -qO-, "http://localhost:8080/healthz"]
END
kubectl -n courier wait job/deliver --for condition=Complete --timeout 55s
