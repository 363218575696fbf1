# The shop gets the requests for every other host as well.
set -eu
kubectl -n mall create ingress mall --class nginx --default-backend shop:80 --rule 'mall.example/blog*=blog:8080'
