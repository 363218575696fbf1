# Of no class at all.
set -eu
kubectl -n mall create ingress mall --rule 'mall.example/*=shop:80' --rule 'mall.example/blog*=blog:8080'
