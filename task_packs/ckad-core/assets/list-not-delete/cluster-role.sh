# A ClusterRole that a RoleBinding gives in this namespace only.
set -eu
kubectl create clusterrole ops-see-pods --verb get --verb list --verb watch --resource pods
kubectl -n ops create sa watcher
kubectl -n ops create rolebinding see-pods --clusterrole ops-see-pods --serviceaccount ops:watcher
KUBE_EDITOR="sed -i 's/^      dnsPolicy:.*/&\n      serviceAccountName: watcher/'" kubectl -n ops edit deployment dashboard
