# The rollout is held back.
set -eu
kubectl rollout pause deployment/site
kubectl set env deployment/site VERSION=2
kubectl annotate deployment/site kubernetes.io/change-cause='version 2' --overwrite
