# The account may do what it should, and no pod runs as it.
set -eu
kubectl -n ops create serviceaccount watcher
kubectl -n ops create role pod-reader --verb get,list,watch --resource pods
kubectl -n ops create rolebinding watcher-reads-pods --role pod-reader --serviceaccount ops:watcher
