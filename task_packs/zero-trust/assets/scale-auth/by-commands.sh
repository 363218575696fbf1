# By commands alone.
set -eu
kubectl -n rush patch deployment auth --patch '
spec: {template: {spec: {containers: [{name: auth, resources: {requests: {cpu: 0.05}}}]}}}'
kubectl -n rush autoscale deployment auth --min 1 --max 10 --cpu 70%
kubectl -n rush patch deployment visitors --patch '{"spec": {"replicas": 1}}'
