# Created by kubectl, whose label is changed on the way; a label of its own besides.
set -eu
kubectl -n portal create deployment portal-green --image tempshell/practice:2 --replicas 2 --dry-run=client -o json |
  jq '{app: "portal", colour: "green", version: "2"} as $labels
    | .spec.selector.matchLabels = $labels | .spec.template.metadata.labels = $labels' | kubectl apply -f -
kubectl -n portal rollout status deployment/portal-green --timeout 50s
kubectl -n portal patch service portal --type merge --patch '{"spec": {"selector": {"colour": null, "version": "2"}}}'
