set -eu
kubectl delete deployment slow --ignore-not-found
kubectl delete pod --selector app=slow --now
image=$(kubectl get pods --selector io.tempshell/component=terminal --output jsonpath='{.items[0].spec.containers[0].image}')
kubectl apply -f - <<END
apiVersion: apps/v1
kind: Deployment
metadata: {name: slow}
spec:
  selector: {matchLabels: {app: slow}}
  template:
    metadata: {labels: {app: slow}}
    spec:
      terminationGracePeriodSeconds: 1
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
      - name: main
        image: $image
        command:
        - sh
        - -c
        - mkdir -p /tmp/page && cd /tmp/page && { { sleep 4; echo here >page.txt; } & exec python3 -m http.server 8080; }
        ports: [{name: web, containerPort: 8080}]
        securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
        resources: {limits: {cpu: 100m, memory: 64Mi}, requests: {cpu: 20m}}
END
