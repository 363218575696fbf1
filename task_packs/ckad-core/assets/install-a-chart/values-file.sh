# The values in a file, and the chart as an archive.
set -eu
cd ~/bakery
cat >my-values.yaml <<END
replicas: 2
message: $VARS_MESSAGE
service:
  port: $VARS_PORT
END
helm package chart
helm -n bakery upgrade --install corner bakery-1.2.0.tgz -f my-values.yaml
kubectl -n bakery rollout status deployment/corner --timeout 40s
