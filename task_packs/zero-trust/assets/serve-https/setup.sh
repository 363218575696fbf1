set -eu
export KUBECONFIG=/etc/tempshell/kube/config
behind() { # NAME PORT PORT_OF_THE_POD: what the gateway leads to, which answers with what it was asked
  cat <<END
---
apiVersion: v1
kind: Service
metadata: {name: $1, namespace: safe}
spec: {selector: {app: $1}, ports: [{port: $2, targetPort: $3}]}
---
apiVersion: v1
kind: Pod
metadata: {name: $1, namespace: safe, labels: {app: $1}}
spec: {containers: [{name: $1, image: "tempshell/gateway:1", command: [echo-server, $1, "$3"]}]}
END
}
kubectl -n safe delete deployments,replicasets --all
kubectl -n safe delete pod -l app=gateway --force --grace-period 0 2>/dev/null
kubectl -n safe delete configmaps --field-selector metadata.name!=kube-root-ca.crt
kubectl -n safe delete secrets --all
kubectl -n safe delete pod client --force --grace-period 0 --ignore-not-found 2>/dev/null
rm -rf https
mkdir https
cd https
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj '/CN=Practice CA' -keyout ca.key -out ca.crt 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=todo.example -keyout todo.key -out todo.csr 2>/dev/null
openssl x509 -req -in todo.csr -CA ca.crt -CAkey ca.key -days 30 -extfile <(echo subjectAltName=DNS:todo.example) -out todo.crt 2>/dev/null
kubectl -n safe create configmap ca --from-file ca.crt
rm ca.* todo.csr
{
  behind frontend 80 8080
  cat <<'END'
---
apiVersion: v1
kind: Pod
metadata: {name: client, namespace: safe}
spec:
  containers:
  - {name: client, image: "tempshell/gateway:1", command: [sleep, infinity], volumeMounts: [{name: ca, mountPath: /ca}]}
  volumes: [{name: ca, configMap: {name: ca}}]
  terminationGracePeriodSeconds: 0
---
apiVersion: v1
kind: ConfigMap
metadata: {name: gateway, namespace: safe}
data:
  default.conf: |
    server {
      listen 8080;
      server_name todo.example;
      location / { proxy_pass http://frontend; }
    }
---
apiVersion: v1
kind: Service
metadata: {name: gateway, namespace: safe}
spec: {selector: {app: gateway}, ports: [{name: http, port: 80, targetPort: 8080}, {name: https, port: 443, targetPort: 8443}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: gateway, namespace: safe}
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
kubectl -n safe wait pod --all --for condition=Ready --timeout 50s
kubectl -n safe rollout status deployment/gateway --timeout 50s
