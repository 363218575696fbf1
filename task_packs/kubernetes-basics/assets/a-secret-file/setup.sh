set -eu
kubectl delete deployment lock --ignore-not-found
kubectl delete secret door --ignore-not-found
kubectl delete configmap door --ignore-not-found
kubectl delete pod --selector app=lock --now
image=$(kubectl get pods --selector io.tempshell/component=terminal --output jsonpath='{.items[0].spec.containers[0].image}')
kubectl apply -f - <<END
apiVersion: apps/v1
kind: Deployment
metadata: {name: lock}
spec:
  selector: {matchLabels: {app: lock}}
  template:
    metadata: {labels: {app: lock}}
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
