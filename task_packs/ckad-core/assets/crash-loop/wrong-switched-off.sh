# The application no longer misses its settings, and has none.
set -eu
kubectl -n orders set env deployment/orders NEED_FILE-
