# Only the pods have the label that the policy wants on the Deployment, so it is refused.
set -eu
sed -i 's/labels: {app: scanner}/labels: {app: scanner, owner: team-port}/; s/replicas: 4/replicas: 2/' ~/customs/scanner.yaml
kubectl apply -f ~/customs/scanner.yaml || true
