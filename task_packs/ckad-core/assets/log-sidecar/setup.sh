set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n audit delete cronjob,job,deploy,rs,sts,ds,hpa,netpol,quota,limits --all
kubectl -n audit delete pod --all --force --grace-period 0 2>/dev/null || true
kubectl apply -f - <<'END'
apiVersion: apps/v1
kind: Deployment
metadata: {name: ledger, namespace: audit}
spec:
  selector: {matchLabels: {app: ledger}}
  template:
    metadata: {labels: {app: ledger}}
    spec:
      terminationGracePeriodSeconds: 1 # a shell that is PID 1 waits for SIGKILL, and `kubectl logs deploy/…` may choose its pod
      containers:
      - name: ledger
        image: tempshell/practice:1
        securityContext: {runAsUser: 0}
        command:
        - sh
        - -c
        - |
          mkdir -p /var/log/ledger
          n=0
          while sleep 1; do
            n=$((n + 1))
            read -r id </proc/sys/kernel/random/uuid
            echo "entry $n $id" >>/var/log/ledger/entries.log
          done
END
