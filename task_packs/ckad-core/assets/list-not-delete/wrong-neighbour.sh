# The pods of another namespace as well.
set -eu
kubectl create clusterrole ops-see-pods --verb get,list,watch --resource pods
kubectl -n ops create serviceaccount watcher
kubectl -n ops create rolebinding watcher-reads-pods --clusterrole ops-see-pods --serviceaccount ops:watcher
kubectl -n kube-public create rolebinding ops-see-pods --clusterrole ops-see-pods --serviceaccount ops:watcher
kubectl -n ops set serviceaccount deployment dashboard watcher
