set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n orchard delete deploy,rs --all
kubectl -n orchard delete pod --all --force --grace-period 0 2>/dev/null
kubectl apply -f - <<'END'
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: stands.orchard.tempshell.example}
spec:
  group: orchard.tempshell.example
  scope: Namespaced
  names: {kind: Stand, plural: stands, singular: stand}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    schema:
      openAPIV3Schema:
        type: object
        required: [spec]
        properties:
          spec:
            type: object
            required: [pods, message]
            properties:
              pods: {type: integer, minimum: 1, description: How many pods it has.}
              message: {type: string, description: What its pods say.}
          status:
            type: object
            description: Written by the operator.
            properties:
              phase: {type: string}
              reason: {type: string}
END
kubectl wait crd/stands.orchard.tempshell.example --for condition=Established --timeout 30s
kubectl -n orchard delete stands.orchard.tempshell.example --all
kubectl apply -f - <<'END'
apiVersion: v1
kind: ServiceAccount
metadata: {name: operator, namespace: orchard}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: operator, namespace: orchard}
rules:
- {apiGroups: [orchard.tempshell.example], resources: [stands, stands/status], verbs: [get, list, watch, patch]}
- {apiGroups: [apps], resources: [deployments], verbs: [get, list, create, patch, update]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: operator, namespace: orchard}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: operator}
subjects: [{kind: ServiceAccount, name: operator, namespace: orchard}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: operator, namespace: orchard}
data:
  operator.sh: |
    # A small operator: it compares all Stands with all Deployments, again and again.
    report() {
      kubectl -n orchard patch stand "$1" --subresource status --type merge \
        --patch "{\"status\": {\"phase\": \"$2\", \"reason\": \"$3\"}}"
    }
    all() { kubectl -n orchard get "$1" -o jsonpath="{range .items[*]}$2{'\n'}{end}"; }
    while sleep 3; do
      there=$(all deployments '{.metadata.name}|{.metadata.ownerReferences[*].uid}|{.spec.replicas}|{..containers[*].env[*].value}')
      all stands '{.metadata.name}|{.metadata.uid}|{.spec.pods}|{.spec.message}|{.status.phase}' |
        while IFS='|' read -r name uid pods message phase; do
          if [ "$pods" -gt 3 ]; then
            [ "$phase" = Refused ] || report "$name" Refused "a Stand has at most 3 pods"
          elif [ "$phase" != Ready ] || ! echo "$there" | grep -qxF "$name|$uid|$pods|$message"; then
            kubectl apply -f - <<MANIFEST && report "$name" Ready ""
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: $name
      namespace: orchard
      ownerReferences: [{apiVersion: orchard.tempshell.example/v1, kind: Stand, name: $name, uid: $uid, controller: true}]
    spec:
      replicas: $pods
      selector: {matchLabels: {stand: $name}}
      template:
        metadata: {labels: {stand: $name}}
        spec: {containers: [{name: stand, image: "tempshell/practice:1", env: [{name: MESSAGE, value: "$message"}]}]}
    MANIFEST
          fi
        done
    done
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: operator, namespace: orchard}
spec:
  selector: {matchLabels: {app: operator}}
  template:
    metadata: {labels: {app: operator}}
    spec:
      serviceAccountName: operator
      # The node's own kubectl, so that nothing has to be pulled.
      volumes: [{name: kubectl, hostPath: {path: /usr/bin/kubectl, type: File}}, {name: operator, configMap: {name: operator}}]
      containers:
      - name: operator
        image: tempshell/practice:1
        command: [sh, /operator/operator.sh]
        env: [{name: HOME, value: /tmp}, {name: PATH, value: "/bin:/usr/bin"}]
        volumeMounts:
        - {name: kubectl, mountPath: /usr/bin/kubectl, readOnly: true}
        - {name: operator, mountPath: /operator, readOnly: true}
---
apiVersion: orchard.tempshell.example/v1
kind: Stand
metadata: {name: pears, namespace: orchard}
spec: {pods: 5, message: pears}
END
