# What `kubectl create deployment` writes, changed with jq: it tolerates every taint, and mounts a part of /var.
set -eu
kubectl -n fleet create deployment agent --image tempshell/practice:1 --dry-run=client -o json |
  jq '.kind = "DaemonSet" | del(.spec.replicas, .spec.strategy, .status)
    | .spec.template.spec.tolerations = [{operator: "Exists"}]
    | .spec.template.spec.volumes = [{name: "var", hostPath: {path: "/var", type: "Directory"}}]
    | .spec.template.spec.containers[0].env = [{name: "NODE_NAME", valueFrom: {fieldRef: {fieldPath: "spec.nodeName"}}}]
    | .spec.template.spec.containers[0].volumeMounts =
        [{name: "var", mountPath: "/host/log/", subPath: "log", readOnly: true}]' |
  kubectl create -f -
kubectl -n fleet rollout status daemonset/agent --timeout 40s
