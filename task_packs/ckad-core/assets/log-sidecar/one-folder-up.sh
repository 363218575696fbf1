# The folder above it is the volume, and the sidecar sees it under another name.
set -eu
kubectl -n audit get deployment ledger -o json | jq '.spec.template.spec |= (
  .volumes = [{name: "logs", emptyDir: {}}, {name: "tmp", emptyDir: {}}]
  | .containers[0].volumeMounts = [{name: "logs", mountPath: "/var/log/"}, {name: "tmp", mountPath: "/tmp"}]
  | .containers += [{name: "show-log", image: "docker.io/tempshell/practice:1",
      command: ["sh", "-c", "tail -n+1 -F /logs/ledger/entries.log"],
      volumeMounts: [{name: "logs", mountPath: "/logs", readOnly: true}]}])' | jq 'del(.metadata.resourceVersion)' | kubectl replace -f -
