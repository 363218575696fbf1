set -eu
export KUBECONFIG=/etc/tempshell/kube/config
behind() { # NAME PORT PORT_OF_THE_POD: what the gateway leads to, which answers with what it was asked
  cat <<END
---
apiVersion: v1
kind: Service
metadata: {name: $1, namespace: crossroads}
spec: {selector: {app: $1}, ports: [{port: $2, targetPort: $3}]}
---
apiVersion: v1
kind: Pod
metadata: {name: $1, namespace: crossroads, labels: {app: $1}}
spec: {containers: [{name: $1, image: "tempshell/gateway:1", command: [echo-server, $1, "$3"]}]}
END
}
kubectl -n crossroads delete deployments,replicasets --all
kubectl -n crossroads delete pod -l app=gateway --force --grace-period 0 2>/dev/null
kubectl -n crossroads delete configmaps --field-selector metadata.name!=kube-root-ca.crt
{
  behind frontend 80 8080
  behind auth 8001 8001
  behind task 8002 8002
  cat <<'END'
---
apiVersion: v1
kind: Pod
metadata: {name: client, namespace: crossroads}
spec:
  containers:
  - {name: client, image: "tempshell/gateway:1", command: [sleep, infinity]}
  terminationGracePeriodSeconds: 0
---
apiVersion: v1
kind: ConfigMap
metadata: {name: gateway, namespace: crossroads}
data:
  default.conf: |
    server {
      listen 8080;
      location / { proxy_pass http://frontend; }
    }
---
apiVersion: v1
kind: Service
metadata: {name: gateway, namespace: crossroads}
spec: {selector: {app: gateway}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: gateway, namespace: crossroads}
spec:
  selector: {matchLabels: {app: gateway}}
  strategy: {type: Recreate}
  template:
    metadata: {labels: {app: gateway}}
    spec:
      containers:
      - name: nginx
        image: tempshell/gateway:1
        volumeMounts: [{name: conf, mountPath: /etc/nginx/conf.d}]
      volumes: [{name: conf, configMap: {name: gateway}}]
END
} | kubectl apply --force -f -
kubectl -n crossroads wait pod --all --for condition=Ready --timeout 50s
kubectl -n crossroads rollout status deployment/gateway --timeout 50s
