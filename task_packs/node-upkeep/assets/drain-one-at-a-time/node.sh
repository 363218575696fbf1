KUBECONFIG=/etc/tempshell/kube/config kubectl get nodes --selector '!node-role.kubernetes.io/control-plane' \
  --output jsonpath='{.items[0].metadata.name}'
