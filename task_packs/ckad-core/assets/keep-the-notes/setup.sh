set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n notes delete cronjob,job,deploy,rs,sts,ds,hpa,netpol,quota,limits --all
kubectl -n notes delete pod --all --force --grace-period 0 2>/dev/null || true
kubectl -n notes delete pvc --all
# Those that nobody else removes: they are of no class.
kubectl get pv -o json |
  jq -r '.items[] | select(.spec.claimRef.namespace == "notes" and (.spec.storageClassName // "") == "") | .metadata.name' |
  xargs -r kubectl delete pv
kubectl apply -f - <<'END'
apiVersion: apps/v1
kind: Deployment
metadata: {name: writer, namespace: notes}
spec:
  selector: {matchLabels: {app: writer}}
  template:
    metadata: {labels: {app: writer}}
    spec:
      containers:
      - name: writer
        image: tempshell/practice:1
        securityContext: {runAsUser: 0}
        command: [sh, -c, "mkdir -p /data && hostname >>/data/notes && exec sleep 86400"]
END
