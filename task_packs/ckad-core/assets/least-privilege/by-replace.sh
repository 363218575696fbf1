# What the pod can say is said for the pod, the rest for the container.
set -eu
kubectl -n bank get deployment teller -o json | jq '.spec.template.spec |= (
  .securityContext = {runAsUser: 20000, runAsGroup: 20000, runAsNonRoot: true, fsGroup: 20000}
  | .volumes = [{name: "scratch", emptyDir: {medium: "Memory"}}]
  | .containers[0].securityContext = {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, privileged: false,
      capabilities: {drop: ["ALL"], add: []}}
  | .containers[0].volumeMounts = [{name: "scratch", mountPath: "/tmp/"}])' | jq 'del(.metadata.resourceVersion)' | kubectl replace -f -
