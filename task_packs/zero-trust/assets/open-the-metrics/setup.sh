set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n gauges delete networkpolicy --all
kubectl -n gauges delete service --all
kubectl -n gauges delete deploy,rs --all
kubectl -n gauges delete pod --all --force --grace-period 0 2>/dev/null || true
kubectl apply -f - <<'END'
apiVersion: apps/v1
kind: Deployment
metadata: {name: task, namespace: gauges}
spec:
  selector: {matchLabels: {app: task}}
  template:
    metadata: {labels: {app: task}}
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{name: task, image: "tempshell/gateway:1", command: [echo-server, task, "8002", "9090"]}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: scraper, namespace: gauges}
spec:
  selector: {matchLabels: {app: scraper}}
  template:
    metadata: {labels: {app: scraper}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - name: scraper
        image: tempshell/gateway:1
        command:
        - sh
        - -c
        - |
          while sleep 2; do
            curl --silent --show-error --fail --max-time 2 --output /tmp/new http://task-metrics:9090/metrics && mv /tmp/new /tmp/scraped
          done
---
apiVersion: v1
kind: Service
metadata: {name: task, namespace: gauges}
spec: {selector: {app: task}, ports: [{port: 8002}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: default-deny, namespace: gauges}
spec: {podSelector: {}, policyTypes: [Ingress]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: task-from-frontend, namespace: gauges}
spec:
  podSelector: {matchLabels: {app: task}}
  ingress: [{from: [{podSelector: {matchLabels: {app: frontend}}}], ports: [{port: 8002}]}]
END
kubectl -n gauges rollout status deployment/task --timeout 50s
kubectl -n gauges rollout status deployment/scraper --timeout 50s
