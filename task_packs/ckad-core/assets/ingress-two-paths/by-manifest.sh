# One rule with both paths, the longer one with a slash at its end.
set -eu
kubectl apply -f - <<'END'
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: mall, namespace: mall}
spec:
  ingressClassName: nginx
  rules:
  - host: mall.example
    http:
      paths:
      - {path: /blog/, pathType: Prefix, backend: {service: {name: blog, port: {number: 8080}}}}
      - {path: /, pathType: Prefix, backend: {service: {name: shop, port: {number: 80}}}}
END
