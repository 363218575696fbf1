# A Deployment that kubectl writes becomes the StatefulSet, and the Service is written like any other.
set -eu
kubectl -n ring create deployment ring --image docker.io/tempshell/practice:1 --replicas 2 --dry-run=client -o json |
  jq '.kind = "StatefulSet" | .spec.serviceName = "ring" | del(.spec.strategy, .status)' | kubectl create -f -
kubectl apply -f - <<'END'
apiVersion: v1
kind: Service
metadata: {name: ring, namespace: ring}
spec: {clusterIP: None, selector: {app: ring}, ports: [{name: http, port: 8080, targetPort: 8080}]}
END
