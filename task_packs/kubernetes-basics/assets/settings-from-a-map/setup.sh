set -eu
kubectl delete deployment paint --ignore-not-found
kubectl delete configmap colours --ignore-not-found
kubectl delete pod --selector app=paint --now
image=$(kubectl get pods --selector io.tempshell/component=terminal --output jsonpath='{.items[0].spec.containers[0].image}')
kubectl apply -f - <<END
apiVersion: apps/v1
kind: Deployment
metadata: {name: paint}
spec:
  selector: {matchLabels: {app: paint}}
  template:
    metadata: {labels: {app: paint}}
    spec:
      terminationGracePeriodSeconds: 1
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
      - name: main
        image: $image
        command: [sleep, infinity]
        securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
        resources: {limits: {cpu: 50m, memory: 32Mi}}
END
