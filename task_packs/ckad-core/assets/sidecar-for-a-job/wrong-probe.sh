# A readiness probe, for which nothing waits here.
set -eu
kubectl -n courier delete job deliver
kubectl apply -f - <<'END'
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
        image: tempshell/practice:1
        restartPolicy: Always
        env: [{name: START_SECONDS, value: "8"}]
        readinessProbe: {httpGet: {path: /healthz, port: 8080}, periodSeconds: 1, failureThreshold: 30}
      containers:
      - name: deliver
        image: tempshell/practice:1
        command: [wget, -qO-, "http://localhost:8080/healthz"]
END
