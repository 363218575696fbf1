# On a port of the pods where nobody listens.
set -eu
kubectl apply -f - <<'END'
apiVersion: v1
kind: Service
metadata: {name: radio-public, namespace: radio}
spec:
  type: NodePort
  selector: {app: radio}
  ports: [{port: 80, nodePort: 30990}]
END
kubectl -n radio rollout status deployment/radio --timeout 40s
