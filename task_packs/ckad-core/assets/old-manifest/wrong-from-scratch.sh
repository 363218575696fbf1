# A new Deployment of that name, with half of what the old manifest said.
set -eu
kubectl -n museum create deployment guide --image tempshell/practice:1 --replicas 2 --dry-run=client -o yaml >~/museum/guide.yaml
kubectl apply -f ~/museum/guide.yaml
