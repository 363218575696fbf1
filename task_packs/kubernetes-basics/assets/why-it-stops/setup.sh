set -eu
kubectl delete deployment greeter --ignore-not-found
kubectl delete pod --selector app=greeter --now
rm -rf why-it-stops
mkdir why-it-stops
image=$(kubectl get pods --selector io.tempshell/component=terminal --output jsonpath='{.items[0].spec.containers[0].image}')
kubectl apply -f - <<END
apiVersion: apps/v1
kind: Deployment
metadata: {name: greeter}
spec:
  selector: {matchLabels: {app: greeter}}
  template:
    metadata: {labels: {app: greeter}}
    spec:
      terminationGracePeriodSeconds: 1
      securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
      containers:
      - name: main
        image: $image
        command:
        - sh
        - -c
        - |
          if [ -z "\$GREET_WHOM" ]; then echo "GREET_WHOM is not set" >&2; exit 17; fi
          echo "hello \$GREET_WHOM"
          exec sleep infinity
        securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
        resources: {limits: {cpu: 50m, memory: 16Mi}}
END
