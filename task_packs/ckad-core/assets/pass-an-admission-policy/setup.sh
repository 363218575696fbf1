set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n customs delete deploy,rs --all
kubectl -n customs delete pod --all --force --grace-period 0 2>/dev/null
kubectl delete validatingadmissionpolicybinding,validatingadmissionpolicy customs-rules --ignore-not-found
kubectl apply -f - <<'END'
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: customs-rules}
spec:
  failurePolicy: Fail
  matchConstraints:
    resourceRules: [{apiGroups: [apps], apiVersions: [v1], operations: [CREATE, UPDATE], resources: [deployments]}]
  validations:
  - expression: has(object.metadata.labels) && 'owner' in object.metadata.labels && object.metadata.labels['owner'].matches('^team-[a-z]+$')
    message: first rule
  - expression: >-
      object.spec.template.spec.containers.all(c, has(c.resources) && has(c.resources.limits) && 'memory' in c.resources.limits
      && quantity(c.resources.limits['memory']).compareTo(quantity('48Mi')) <= 0)
    message: second rule
  - expression: object.spec.replicas <= 2
    message: third rule
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: customs-rules}
spec:
  policyName: customs-rules
  validationActions: [Deny]
  matchResources: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: customs}}}
END
# The API server takes a moment to know of it.
until ! kubectl apply --dry-run=server -f ~/customs/scanner.yaml 2>/dev/null; do sleep 0.5; done
