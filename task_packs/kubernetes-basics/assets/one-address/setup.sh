set -eu
kubectl delete deployment clock --ignore-not-found
kubectl delete service clock --ignore-not-found
kubectl delete pod --selector app=clock --now
image=$(kubectl get pods --selector io.tempshell/component=terminal --output jsonpath='{.items[0].spec.containers[0].image}')
kubectl apply -f - <<END
apiVersion: apps/v1
kind: Deployment
metadata: {name: clock}
spec:
  selector: {matchLabels: {app: clock}}
  template:
    metadata: {labels: {app: clock}}
    spec:
      terminationGracePeriodSeconds: 1
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
      - name: main
        image: $image
        command:
        - sh
        - -c
        - mkdir -p /tmp/page && cd /tmp/page && echo 'It is always tea time.' >now.txt && exec python3 -m http.server 8080
        ports: [{name: web, containerPort: 8080}]
        readinessProbe: {tcpSocket: {port: web}, periodSeconds: 1}
        securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
        resources: {limits: {cpu: 100m, memory: 64Mi}, requests: {cpu: 20m}}
END
