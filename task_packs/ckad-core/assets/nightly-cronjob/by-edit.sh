# Created in one line, changed in an editor.
set -eu
kubectl -n archive create cronjob nightly --image tempshell/practice:1 --schedule '30 2 * * *' -- sh -c 'echo archived'
KUBE_EDITOR="sed -i -e 's/Policy: Allow/Policy: Forbid/' -e 's/JobsHistoryLimit: 3/JobsHistoryLimit: 2/'" \
  kubectl -n archive edit cronjob nightly
kubectl -n archive create job nightly-now --from cronjob/nightly --dry-run=client -o yaml | kubectl apply -f -
