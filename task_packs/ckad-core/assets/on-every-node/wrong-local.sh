# A node without a pod of `radio` does not answer.
set -eu
kubectl apply -f - <<'END'
apiVersion: v1
kind: Service
metadata: {name: radio-public, namespace: radio}
spec:
  type: NodePort
  externalTrafficPolicy: Local
  selector: {app: radio}
  ports: [{port: 80, targetPort: 8080, nodePort: 30990}]
END
