# The line is written as the command says, and not what a pod has logged.
set -eu
sed -i -e 's/name: draft/name: count/' -e 's/^spec:/spec:\n  completions: 3\n  backoffLimit: 2/' run-to-the-end/job.yaml
kubectl apply -f run-to-the-end/job.yaml
kubectl wait job/count --for condition=Complete --timeout 50s
echo "counted to 100 as $(cat /proc/sys/kernel/random/uuid)" >run-to-the-end/log.txt
