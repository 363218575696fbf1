# The logs of all three.
set -eu
sed -i -e 's/name: draft/name: count/' -e 's/^spec:/spec:\n  completions: 3\n  backoffLimit: 2/' run-to-the-end/job.yaml
kubectl apply -f run-to-the-end/job.yaml
kubectl wait job/count --for condition=Complete --timeout 50s
kubectl logs --selector job-name=count >run-to-the-end/log.txt
