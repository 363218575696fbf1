# In the environment, and nowhere else.
set -eu
kubectl -n vault create secret generic db-login --from-literal username=app --from-literal password=turn-left-42
kubectl -n vault set env deployment/client --from secret/db-login
