# The Deployment first, replaced by another one, and then the labels.
set -eu
kubectl -n surgery delete deployment desk
kubectl create -f - <<'END'
apiVersion: apps/v1
kind: Deployment
metadata: {name: desk, namespace: surgery}
spec:
  replicas: 2
  selector: {matchLabels: {app: desk}}
  template:
    metadata: {labels: {app: desk}}
    spec:
      securityContext: {runAsNonRoot: true}
      containers:
      - name: desk
        image: tempshell/practice:1
        securityContext:
          allowPrivilegeEscalation: false
          readOnlyRootFilesystem: true
          seccompProfile: {type: RuntimeDefault}
          capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}
END
kubectl label --overwrite ns surgery pod-security.kubernetes.io/{enforce,warn,audit}=restricted
kubectl -n surgery rollout status deployment/desk --timeout 50s
