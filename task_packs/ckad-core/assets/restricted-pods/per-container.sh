# All settings in the container; labels with a version, by a patch.
set -eu
kubectl patch namespace surgery --type merge --patch '{"metadata": {"labels": {
  "pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/enforce-version": "latest",
  "pod-security.kubernetes.io/warn": "restricted"}}}'
kubectl -n surgery get deployment desk -o json |
  jq '.spec.template.spec.containers[0].securityContext = {runAsNonRoot: true, runAsUser: 10002,
    seccompProfile: {type: "RuntimeDefault"}, allowPrivilegeEscalation: false, capabilities: {drop: ["ALL"]}}' |
  kubectl apply -f -
kubectl -n surgery rollout status deployment/desk --timeout 50s
