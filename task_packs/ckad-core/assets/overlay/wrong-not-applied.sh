# The overlay is written, and not applied.
set -eu
mkdir -p ~/kiosk/prod
cat >~/kiosk/prod/kustomization.yaml <<'END'
namePrefix: prod-
resources: [../base]
images: [{name: tempshell/practice, newTag: "2"}]
patches: [{path: replicas.yaml}]
END
cat >~/kiosk/prod/replicas.yaml <<'END'
apiVersion: apps/v1
kind: Deployment
metadata: {name: kiosk}
spec: {replicas: 2}
END
kubectl kustomize ~/kiosk/prod >/dev/null
