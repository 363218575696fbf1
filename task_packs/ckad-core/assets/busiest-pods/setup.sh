set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n market delete cronjob,job,deploy,rs,sts,ds,hpa,netpol,quota,limits --all
kubectl -n market delete pod --all --force --grace-period 0 2>/dev/null || true
rm -rf market
mkdir market
for one in apple bread cider dates; do
  kubectl apply -f - <<END
apiVersion: v1
kind: Pod
metadata: {name: stall-$one, namespace: market, labels: {app: stall}}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: stall
    image: tempshell/practice:1
    command: [sleep, "2147483647"]
    resources: {limits: {memory: 96Mi}, requests: {memory: 8Mi}}
    volumeMounts: [{name: store, mountPath: /store}]
  volumes: [{name: store, emptyDir: {medium: Memory, sizeLimit: 64Mi}}]
END
done
kubectl -n market wait pod --all --for condition=Ready --timeout 50s
# No object of the cluster shows how much it is.
for one in apple bread cider dates; do
  amount=2
  [ "$one" != "$VARS_HOG" ] || amount=48
  kubectl -n market exec "stall-$one" -- sh -c "head -c ${amount}m /dev/zero >/store/goods"
done
