# The wrong namespace in the subject: another account is allowed all this.
set -eu
kubectl -n ops create serviceaccount watcher
kubectl -n ops create role pod-reader --verb get,list,watch --resource pods
kubectl -n ops create rolebinding watcher-reads-pods --role pod-reader --serviceaccount default:watcher
kubectl -n ops set serviceaccount deployment dashboard watcher
