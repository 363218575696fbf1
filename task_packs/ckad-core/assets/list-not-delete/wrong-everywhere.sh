# Reads only, but everything, and in every namespace.
set -eu
kubectl -n ops create serviceaccount watcher
kubectl create clusterrolebinding watcher-views --clusterrole view --serviceaccount ops:watcher
kubectl -n ops set serviceaccount deployment dashboard watcher
