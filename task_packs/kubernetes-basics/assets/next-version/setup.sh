set -eu
kubectl delete deployment site --ignore-not-found
kubectl delete pod --selector app=site --now
image=$(kubectl get pods --selector io.tempshell/component=terminal --output jsonpath='{.items[0].spec.containers[0].image}')
kubectl apply -f - <<END
apiVersion: apps/v1
kind: Deployment
metadata: {name: site, annotations: {kubernetes.io/change-cause: version 1}}
spec:
  replicas: 2
  selector: {matchLabels: {app: site}}
  template:
    metadata: {labels: {app: site}}
    spec:
      terminationGracePeriodSeconds: 1
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
      - name: main
        image: $image
        command: [sleep, infinity]
        env:
        - {name: VERSION, value: "1"}
        securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
        resources: {limits: {cpu: 30m, memory: 16Mi}}
END
