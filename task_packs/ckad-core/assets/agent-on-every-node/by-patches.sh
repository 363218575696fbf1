# A small one first, and then what it lacks.
set -eu
kubectl create -f - <<'END'
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: fleet, labels: {team: platform}}
spec:
  selector: {matchExpressions: [{key: part, operator: In, values: [agent]}]}
  template:
    metadata: {labels: {part: agent}}
    spec: {containers: [{name: main, image: "docker.io/tempshell/practice:1"}]}
END
kubectl -n fleet patch daemonset agent --type strategic --patch '
spec:
  template:
    spec:
      tolerations: [{key: node-role.kubernetes.io/control-plane, effect: NoSchedule}]
      volumes: [{name: host-log, hostPath: {path: /var/log/, type: DirectoryOrCreate}}]
      containers:
      - name: main
        volumeMounts: [{name: host-log, mountPath: /host/log, readOnly: true}]
'
kubectl -n fleet patch daemonset agent --type json --patch '[{"op": "add", "path": "/spec/template/spec/containers/0/env",
  "value": [{"name": "NODE_NAME", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "spec.nodeName"}}}]}]'
kubectl -n fleet rollout status daemonset/agent --timeout 40s
