set -eu
kubectl delete cronjob report --ignore-not-found --cascade=foreground --timeout 30s
kubectl delete job report-now --ignore-not-found --cascade=foreground --timeout 30s
rm -rf every-hour
mkdir every-hour
image=$(kubectl get pods --selector io.tempshell/component=terminal --output jsonpath='{.items[0].spec.containers[0].image}')
cat >every-hour/cronjob.yaml <<END
apiVersion: batch/v1
kind: CronJob
metadata:
  name: report
spec:
  schedule: "0 0 * * *"
  suspend: true
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          terminationGracePeriodSeconds: 1
          securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
          containers:
          - name: main
            image: $image
            command: [sh, -c, 'echo "nothing to report"']
            securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
            resources: {limits: {cpu: 50m, memory: 16Mi}}
END
