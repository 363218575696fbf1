# All three at once; each pod may restart its container.
set -eu
sed -e 's/draft/count/' -e 's/^spec:/spec:\n  parallelism: 3\n  completions: 3\n  backoffLimit: 2/' \
  -e 's/Policy: Never/Policy: OnFailure/' run-to-the-end/job.yaml | kubectl apply -f -
kubectl wait job/count --for condition=Complete --timeout 50s
kubectl logs --selector batch.kubernetes.io/job-name=count --tail 1 | head -n 1 >run-to-the-end/log.txt
