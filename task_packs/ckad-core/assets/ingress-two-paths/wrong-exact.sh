# The front pages only, and nothing below them.
set -eu
kubectl -n mall create ingress mall --class nginx --rule 'mall.example/=shop:80' --rule 'mall.example/blog=blog:8080'
