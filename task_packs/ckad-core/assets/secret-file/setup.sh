set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n vault delete cronjob,job,deploy,rs,sts,ds,hpa,netpol,quota,limits --all
kubectl -n vault delete pod --all --force --grace-period 0 2>/dev/null || true
kubectl -n vault delete secret db-login --ignore-not-found
kubectl apply -f - <<'END'
apiVersion: apps/v1
kind: Deployment
metadata: {name: client, namespace: vault}
spec:
  selector: {matchLabels: {app: client}}
  template:
    metadata: {labels: {app: client}}
    spec:
      containers:
      - {name: client, image: "tempshell/practice:1", securityContext: {runAsUser: 0}}
END
