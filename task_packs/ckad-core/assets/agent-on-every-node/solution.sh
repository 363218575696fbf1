set -eu
kubectl apply -f - <<'END'
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: fleet}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec:
      tolerations: [{key: node-role.kubernetes.io/control-plane, operator: Exists, effect: NoSchedule}]
      containers:
      - name: agent
        image: tempshell/practice:1
        env: [{name: NODE_NAME, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}]
        volumeMounts: [{name: log, mountPath: /host/log, readOnly: true}]
      volumes: [{name: log, hostPath: {path: /var/log}}]
END
kubectl -n fleet rollout status daemonset/agent --timeout 40s
