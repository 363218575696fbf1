# How many may be missing, in percent, and by a selector of the other kind.
set -eu
kubectl apply -f - <<'END'
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: ferry, namespace: harbor}
spec:
  maxUnavailable: 33%
  selector: {matchExpressions: [{key: app, operator: In, values: [ferry]}]}
END
kubectl -n harbor wait pdb/ferry --for jsonpath='{.status.disruptionsAllowed}'=1 --timeout 20s
kubectl cordon "$VARS_NODE"
kubectl drain "$VARS_NODE" --ignore-daemonsets --pod-selector app=ferry --timeout 80s
kubectl -n harbor rollout status deployment/ferry --timeout 30s
