set -eu
export KUBECONFIG=/etc/tempshell/kube/config
rm -rf ~/garage
mkdir ~/garage
kubectl apply -f - <<END
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: backups.practice.tempshell.example}
spec:
  group: practice.tempshell.example
  scope: Namespaced
  names: {kind: Backup, plural: backups, singular: backup, shortNames: [$VARS_SHORT]}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        required: [spec]
        properties:
          spec:
            type: object
            required: [source, schedule]
            properties:
              source: {type: string, description: The folder to copy.}
              schedule: {type: string, description: "When to copy it, in five fields."}
              keep: {type: integer, minimum: 1, description: How many copies are kept.}
END
kubectl wait crd/backups.practice.tempshell.example --for condition=Established --timeout 30s
kubectl -n garage delete backups.practice.tempshell.example --all
kubectl apply -f - <<'END'
apiVersion: practice.tempshell.example/v1
kind: Backup
metadata: {name: hourly, namespace: garage}
spec: {source: /tmp, schedule: "0 * * * *", keep: 24}
END
