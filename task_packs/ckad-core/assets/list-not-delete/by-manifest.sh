# Two rules instead of one, and a subject that is written as a user.
set -eu
kubectl apply -f - <<'END'
apiVersion: v1
kind: ServiceAccount
metadata: {name: watcher, namespace: ops}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: see-pods, namespace: ops}
rules:
- {apiGroups: [""], resources: [pods], verbs: [watch]}
- {apiGroups: [""], resources: [pods], verbs: [list, get]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: see-pods, namespace: ops}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: see-pods}
subjects: [{kind: User, apiGroup: rbac.authorization.k8s.io, name: "system:serviceaccount:ops:watcher"}]
END
kubectl -n ops patch deployment dashboard --patch '{"spec": {"template": {"spec": {"serviceAccountName": "watcher"}}}}'
