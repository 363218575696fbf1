# The logs of the pods and the Secrets as well.
set -eu
kubectl -n ops create serviceaccount watcher
kubectl -n ops create role pod-reader --verb get,list,watch --resource pods,pods/log,secrets
kubectl -n ops create rolebinding watcher-reads-pods --role pod-reader --serviceaccount ops:watcher
kubectl -n ops set serviceaccount deployment dashboard watcher
