set -eu
export KUBECONFIG=/etc/tempshell/kube/config
rm -rf ~/bunker
mkdir ~/bunker
kubectl -n bunker delete pod --all --force --grace-period 0 2>/dev/null
kubectl -n bunker delete secret code --ignore-not-found
kubectl -n bunker create secret generic code --from-literal CODE="$VARS_CODE"
# Its program is a copy of busybox that is only a web server, and an empty folder hides all others.
kubectl apply -f - <<'END'
apiVersion: v1
kind: Pod
metadata: {name: vault, namespace: bunker}
spec:
  terminationGracePeriodSeconds: 0
  automountServiceAccountToken: false
  volumes: [{name: program, emptyDir: {}}, {name: nothing, emptyDir: {}}]
  initContainers:
  - name: program
    image: tempshell/practice:1
    command: [cp, /bin/busybox, /program/httpd]
    volumeMounts: [{name: program, mountPath: /program}]
  containers:
  - name: vault
    image: tempshell/practice:1
    command: [/program/httpd, -f, -p, "8080", -h, /program]
    env:
    - {name: LEVEL, value: three}
    - {name: CODE, valueFrom: {secretKeyRef: {name: code, key: CODE}}}
    volumeMounts: [{name: program, mountPath: /program, readOnly: true}, {name: nothing, mountPath: /bin, readOnly: true}]
END
kubectl -n bunker wait pod/vault --for condition=Ready --timeout 90s
kubectl -n bunker delete secret code
