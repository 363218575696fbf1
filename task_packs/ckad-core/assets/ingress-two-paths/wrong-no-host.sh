# For every host.
set -eu
kubectl -n mall create ingress mall --class nginx --rule '/*=shop:80' --rule '/blog*=blog:8080'
