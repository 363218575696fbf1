set -eu
kubectl delete job count draft --ignore-not-found --cascade=foreground --timeout 30s
rm -rf run-to-the-end
mkdir run-to-the-end
image=$(kubectl get pods --selector io.tempshell/component=terminal --output jsonpath='{.items[0].spec.containers[0].image}')
cat >run-to-the-end/job.yaml <<END
apiVersion: batch/v1
kind: Job
metadata:
  name: draft
spec:
  template:
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 1
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
      - name: main
        image: $image
        command: [sh, -c, 'i=0; while [ \$i -lt 100 ]; do i=\$((i + 1)); done; echo "counted to \$i as \$(cat /proc/sys/kernel/random/uuid)"']
        securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
        resources: {limits: {cpu: 50m, memory: 16Mi}}
END
