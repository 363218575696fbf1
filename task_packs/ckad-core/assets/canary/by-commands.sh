# Created by kubectl, with the labels of its pods added by jq; the stable Deployment is changed in an editor.
set -eu
kubectl -n feed create deployment feed-canary --image tempshell/practice:2 --dry-run=client -o json |
  jq '.spec.template.metadata.labels += {app: "feed", track: "canary"} | .spec.selector.matchLabels = {app: "feed", track: "canary"}' |
  kubectl apply -f -
KUBE_EDITOR="sed -i 's/^  replicas: 4/  replicas: 3/'" kubectl -n feed edit deployment feed
