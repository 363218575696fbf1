# With kubectl on the file, and the rest with sed.
set -eu
cd ~/customs
sed -i 's/replicas: 4/replicas: 2/' scanner.yaml
kubectl label --local -f scanner.yaml owner=team-customs app=scanner -o yaml >labelled.yaml
kubectl set resources --local -f labelled.yaml --limits memory=40Mi,cpu=200m -o yaml | kubectl apply --server-side -f -
kubectl -n customs rollout status deployment/scanner --timeout 40s
