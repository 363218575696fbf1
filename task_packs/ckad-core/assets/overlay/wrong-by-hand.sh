# The overlay says less than the cluster has: the next `kubectl apply -k` undoes the change.
set -eu
mkdir -p ~/kiosk/prod
cat >~/kiosk/prod/kustomization.yaml <<'END'
namePrefix: prod-
resources: [../base]
images: [{name: tempshell/practice, newTag: "2"}]
END
kubectl apply -k ~/kiosk/prod
kubectl -n kiosk scale deployment prod-kiosk --replicas 2
