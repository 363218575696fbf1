set -eu
export KUBECONFIG=/etc/tempshell/kube/config
rm -rf ~/kiosk/prod
find ~/kiosk/base -type f ! -name deployment.yaml ! -name kustomization.yaml -delete
kubectl -n kiosk delete cronjob,job,deploy,rs,sts,ds,hpa,netpol,quota,limits --all
kubectl -n kiosk delete pod --all --force --grace-period 0 2>/dev/null || true
