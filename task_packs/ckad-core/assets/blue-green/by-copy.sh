# The Deployment is a copy of blue; the Service asks for the colour alone.
set -eu
kubectl -n portal get deployment portal-blue -o yaml |
  sed -e '/^status:/,$d' -e '/resourceVersion:/d' -e '/uid:/d' -e 's/portal-blue/portal-green/' -e 's/colour: blue/colour: green/' \
    -e 's#image: tempshell/practice:1#image: docker.io/tempshell/practice:2#' -e '/last-applied-configuration:/,+1d' |
  kubectl apply -f -
kubectl -n portal rollout status deployment/portal-green --timeout 40s
kubectl -n portal set selector service portal colour=green
