set -eu
export KUBECONFIG=/etc/tempshell/kube/config
rm -rf ~/clinic
mkdir ~/clinic
kubectl -n clinic delete cronjob,job,deploy,rs,sts,ds,hpa,netpol,quota,limits --all
kubectl -n clinic delete pod --all --force --grace-period 0 2>/dev/null || true
kubectl apply -f - <<END
apiVersion: v1
kind: Pod
metadata: {name: intake, namespace: clinic}
spec:
  containers:
  - {name: desk, image: "tempshell/practice:1"}
  - name: $VARS_FAILING
    image: tempshell/practice:1
    command: [sh, -c, "echo looking for printers; echo printer $VARS_PRINTER is out of paper >&2; sleep 2; exit $VARS_CODE"]
  - {name: archive, image: "tempshell/practice:1", command: [sh, -c, "echo nothing to do; exec sleep 86400"]}
END
