set -eu
export KUBECONFIG=/etc/tempshell/kube/config
# The autoscaler of a name goes on with what it has seen in the last minutes, until the controller finds that it is gone: every
# 15 seconds it looks.
gone=$(kubectl -n rush delete hpa --all --output name)
kubectl -n rush delete deploy,rs --all
kubectl -n rush delete pod --all --force --grace-period 0 2>/dev/null
kubectl -n rush delete event --field-selector involvedObject.kind=HorizontalPodAutoscaler
[ -z "$gone" ] || sleep 20
kubectl apply -f - <<'END'
apiVersion: v1
kind: Service
metadata: {name: auth, namespace: rush}
spec: {selector: {app: auth}, ports: [{port: 8001}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: auth, namespace: rush}
spec:
  selector: {matchLabels: {app: auth}}
  template:
    metadata: {labels: {app: auth}}
    spec: {containers: [{name: auth, image: "tempshell/practice:1", command: [tier, auth]}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: visitors, namespace: rush}
spec:
  replicas: 0
  selector: {matchLabels: {app: visitors}}
  template:
    metadata: {labels: {app: visitors}}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
      - name: visitors
        image: tempshell/practice:1
        command:
        - sh
        - -c
        - |
          end=$(($(date +%s) + 180))
          while [ "$(date +%s)" -lt "$end" ]; do
            for _ in 1 2 3 4 5 6 7 8; do timeout 2 wget -qO- http://auth:8001/healthz >/dev/null; done
          done
          exec sleep 2147483647
        resources: {limits: {cpu: 500m, memory: 64Mi}}
END
