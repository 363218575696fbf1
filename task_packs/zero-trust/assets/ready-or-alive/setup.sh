set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n outage delete deploy,rs --all
kubectl -n outage delete pod --all --force --grace-period 0 2>/dev/null
kubectl apply -f - <<'END'
apiVersion: v1
kind: Service
metadata: {name: mysql, namespace: outage}
spec: {selector: {app: mysql}, ports: [{port: 3306}]}
---
apiVersion: v1
kind: Service
metadata: {name: auth, namespace: outage}
spec: {selector: {app: auth}, ports: [{port: 8001}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: mysql, namespace: outage}
spec:
  replicas: 0
  selector: {matchLabels: {app: mysql}}
  template:
    metadata: {labels: {app: mysql}}
    spec: {containers: [{name: mysql, image: "tempshell/practice:1", command: [tier, mysql]}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: auth, namespace: outage}
spec:
  selector: {matchLabels: {app: auth}}
  strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}
  template:
    metadata: {labels: {app: auth}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
      - name: auth
        image: tempshell/practice:1
        command: [tier, auth]
        ports: [{name: http, containerPort: 8001}]
END
kubectl -n outage rollout status deployment/auth --timeout 50s
