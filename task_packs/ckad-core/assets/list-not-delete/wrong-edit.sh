# A ready-made role that allows far too much.
set -eu
kubectl -n ops create serviceaccount watcher
kubectl -n ops create rolebinding watcher-edits --clusterrole edit --serviceaccount ops:watcher
kubectl -n ops set serviceaccount deployment dashboard watcher
