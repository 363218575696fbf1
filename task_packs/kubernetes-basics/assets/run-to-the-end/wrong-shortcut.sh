# Nothing is counted: the Job only says so.
set -eu
sed -i -e 's/name: draft/name: count/' -e 's/^spec:/spec:\n  completions: 3\n  backoffLimit: 2/' \
  -e 's/command: .*/command: [echo, counted to 100]/' run-to-the-end/job.yaml
kubectl apply -f run-to-the-end/job.yaml
kubectl wait job/count --for condition=Complete --timeout 50s
kubectl logs job/count >run-to-the-end/log.txt
