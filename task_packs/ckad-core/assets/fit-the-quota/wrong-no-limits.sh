# The quota asks for limits, too.
set -eu
kubectl -n budget set resources deployment report --requests cpu=50m,memory=32Mi
