# An Ingress, which no Gateway knows.
set -eu
kubectl -n arcade create ingress arcade --rule "$VARS_HOST/scores*=scores:8080" --rule "$VARS_HOST/*=games:8080"
