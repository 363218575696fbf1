# A copy of the base, which does not follow it.
set -eu
mkdir -p ~/kiosk/prod
sed -e 's/name: kiosk$/name: prod-kiosk/' -e 's/replicas: 1/replicas: 2/' -e 's/practice:1/practice:2/' \
  ~/kiosk/base/deployment.yaml >~/kiosk/prod/deployment.yaml
cp ~/kiosk/base/kustomization.yaml ~/kiosk/prod
kubectl apply -k ~/kiosk/prod
