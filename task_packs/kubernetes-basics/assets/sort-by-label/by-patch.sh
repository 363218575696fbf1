# Set by a patch and by an edit; deleted by an expression.
set -eu
kubectl patch configmap page-one --patch '{"metadata": {"labels": {"review": "done"}}}'
KUBE_EDITOR='sed -i "s/^    lang: de/    lang: de\n    review: done/"' kubectl edit configmap page-three
kubectl delete configmap --selector 'state in (old, outdated)'
