set -eu
export KUBECONFIG=/etc/tempshell/kube/config
rm -rf ~/clinic
mkdir ~/clinic
kubectl -n clinic delete pod --all --force --grace-period 0 2>/dev/null || true
kubectl apply -f - <<'END'
apiVersion: v1
kind: Pod
metadata: {name: intake, namespace: clinic}
spec:
  containers:
  - {name: desk, image: "tempshell/practice:1"}
  - name: labels
    image: tempshell/practice:1
    command: [sh, -c, "echo looking for printers; echo printer 7 is out of paper >&2; sleep 2; exit 42"]
  - {name: archive, image: "tempshell/practice:1", command: [sh, -c, "echo nothing to do; exec sleep 86400"]}
END
