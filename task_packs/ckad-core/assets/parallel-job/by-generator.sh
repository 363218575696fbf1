# kubectl writes the manifest, and jq adds what is left.
set -eu
kubectl -n press create job render --image docker.io/tempshell/practice:1 --dry-run=client -o json -- sh -c 'echo page; sleep 1' |
  jq '.spec += {completions: 6, parallelism: 3, backoffLimit: 2, activeDeadlineSeconds: 120}' | kubectl apply -f -
