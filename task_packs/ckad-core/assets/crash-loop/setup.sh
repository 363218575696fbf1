set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n orders delete cronjob,job,deploy,rs,sts,ds,hpa,netpol,quota,limits --all
kubectl -n orders delete pod --all --force --grace-period 0 2>/dev/null || true
kubectl -n orders delete configmap orders-settings settings --ignore-not-found
kubectl apply -f - <<'END'
apiVersion: v1
kind: ConfigMap
metadata: {name: orders-settings, namespace: orders}
data: {orders.conf: "currency = EUR\n"}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: orders, namespace: orders}
spec:
  selector: {matchLabels: {app: orders}}
  template:
    metadata: {labels: {app: orders}}
    spec:
      containers:
      - name: orders
        image: tempshell/practice:1
        env: [{name: NEED_FILE, value: /etc/orders/orders.conf}]
END
