set -eu
kubectl apply -f - <<'END'
apiVersion: v1
kind: Service
metadata: {name: clock}
spec:
  selector: {app: clock}
  ports: [{name: http, port: 80, targetPort: 8080}]
END
