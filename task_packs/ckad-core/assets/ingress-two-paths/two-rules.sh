# Two rules for the same host, created one after the other.
set -eu
kubectl -n mall create ingress mall --class nginx --rule 'mall.example/blog*=blog:8080'
kubectl -n mall patch ingress mall --type json --patch '[{"op": "add", "path": "/spec/rules/-", "value": {"host": "mall.example",
  "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "shop", "port": {"number": 80}}}}]}}}]'
