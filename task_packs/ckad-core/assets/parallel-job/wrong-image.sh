# The other version of the image, and one retry too many.
set -eu
kubectl -n press create job render --image tempshell/practice:2 --dry-run=client -o json -- sh -c 'echo page; sleep 1' |
  jq '.spec += {completions: 6, parallelism: 3, backoffLimit: 3, activeDeadlineSeconds: 120}' | kubectl apply -f -
