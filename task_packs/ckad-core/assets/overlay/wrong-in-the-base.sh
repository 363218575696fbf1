# The base itself is changed, for everybody who uses it.
set -eu
sed -i -e 's/replicas: 1/replicas: 2/' -e 's/practice:1/practice:2/' ~/kiosk/base/deployment.yaml
mkdir -p ~/kiosk/prod
cat >~/kiosk/prod/kustomization.yaml <<'END'
namePrefix: prod-
resources: [../base]
END
kubectl apply -k ~/kiosk/prod
