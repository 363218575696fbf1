# Its name leads to the pods themselves, and so to their ports.
set -eu
kubectl apply -f - <<'END'
apiVersion: v1
kind: Service
metadata: {name: clock}
spec:
  clusterIP: None
  selector: {app: clock}
  ports: [{port: 80, targetPort: 8080}]
END
