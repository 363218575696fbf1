set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n audit delete deploy,rs --all
kubectl -n audit delete pod --all --force --grace-period 0 2>/dev/null
kubectl apply -f - <<'END'
apiVersion: apps/v1
kind: Deployment
metadata: {name: ledger, namespace: audit}
spec:
  selector: {matchLabels: {app: ledger}}
  template:
    metadata: {labels: {app: ledger}}
    spec:
      containers:
      - name: ledger
        image: tempshell/practice:1
        securityContext: {runAsUser: 0}
        command:
        - sh
        - -c
        - mkdir -p /var/log/ledger; n=0; while sleep 1; do n=$((n + 1)); echo "entry $n" >>/var/log/ledger/entries.log; done
END
