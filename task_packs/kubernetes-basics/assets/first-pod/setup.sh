set -eu
kubectl auth can-i create pods >/dev/null || { echo 'kubectl may not create pods here: start with --cluster-access edit'; exit 1; }
kubectl delete pod hello draft --ignore-not-found --now
rm -rf first-pod
mkdir first-pod
image=$(kubectl get pods --selector io.tempshell/component=terminal --output jsonpath='{.items[0].spec.containers[0].image}')
cat >first-pod/pod.yaml <<END
apiVersion: v1
kind: Pod
metadata:
  name: draft
spec:
  terminationGracePeriodSeconds: 1
  securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
  containers:
  - name: main
    image: $image
    command: [sh, -c, 'echo "My word is \$WORD, my number \$(cat /proc/sys/kernel/random/uuid)."; exec sleep infinity']
    env:
    - {name: WORD, value: draft}
    securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
    resources: {limits: {cpu: 50m, memory: 32Mi}}
END
