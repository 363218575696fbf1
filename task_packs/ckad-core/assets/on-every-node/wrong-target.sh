# The pods do not listen on the port that the Service leads to.
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
