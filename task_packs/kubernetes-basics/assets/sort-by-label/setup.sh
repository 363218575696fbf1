set -eu
kubectl delete configmap page-one page-two page-three page-four page-five --ignore-not-found
page() {
  kubectl create configmap "page-$1" --from-literal "text=This is page $1."
  kubectl label configmap "page-$1" "lang=$2" "state=$3"
}
page one de new
page two en new
page three de new
page four en old
page five en old
