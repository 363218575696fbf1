# One path too many.
set -eu
kubectl -n mall create ingress mall --class nginx --rule 'mall.example/*=shop:80' --rule 'mall.example/blog*=blog:8080' \
  --rule 'mall.example/admin*=blog:8080'
