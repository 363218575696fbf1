set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n mall delete ingresses.networking.k8s.io,service --all
kubectl apply -f - <<'END'
apiVersion: v1
kind: Service
metadata: {name: shop, namespace: mall}
spec: {selector: {app: shop}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: blog, namespace: mall}
spec: {selector: {app: blog}, ports: [{port: 8080}]}
END
