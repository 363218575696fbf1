set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n market delete cronjob,job,deploy,rs,sts,ds,hpa,netpol,quota,limits --all
kubectl -n market delete pod --all --force --grace-period 0 2>/dev/null || true
rm -rf market
mkdir market
for one in apple bread cider dates; do
  amount=$((2 * 1024 * 1024))
  [ "$one" != "$VARS_HOG" ] || amount=$((48 * 1024 * 1024))
  kubectl -n market create configmap "goods-$one" --from-literal "amount=$amount" --dry-run=client -o yaml | kubectl apply -f -
  kubectl apply -f - <<END
apiVersion: v1
kind: Pod
metadata: {name: stall-$one, namespace: market, labels: {app: stall}}
spec:
  terminationGracePeriodSeconds: 0
  containers:
  - name: stall
    image: tempshell/practice:1
    command: [sh, -c, 'head -c "\$(cat /goods/amount)" /dev/zero >/store/goods; exec sleep 2147483647']
    resources: {limits: {memory: 96Mi}, requests: {memory: 8Mi}}
    volumeMounts: [{name: store, mountPath: /store}, {name: goods, mountPath: /goods}]
  volumes:
  - {name: store, emptyDir: {medium: Memory, sizeLimit: 64Mi}}
  - {name: goods, configMap: {name: goods-$one}}
END
done
kubectl -n market wait pod --all --for condition=Ready --timeout 50s
