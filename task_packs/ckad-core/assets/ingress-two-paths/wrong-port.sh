# A port that the second Service does not have.
set -eu
kubectl -n mall create ingress mall --class nginx --rule 'mall.example/*=shop:80' --rule 'mall.example/blog*=blog:80'
