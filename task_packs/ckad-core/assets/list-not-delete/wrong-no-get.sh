# Without `get`, a single pod cannot be looked at.
set -eu
kubectl -n ops create serviceaccount watcher
kubectl -n ops create role pod-reader --verb list,watch --resource pods
kubectl -n ops create rolebinding watcher-reads-pods --role pod-reader --serviceaccount ops:watcher
kubectl -n ops set serviceaccount deployment dashboard watcher
