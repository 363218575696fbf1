set -eu
export KUBECONFIG=/etc/tempshell/kube/config
kubectl -n cloud delete networkpolicy --all
kubectl apply --force -f - <<'END'
apiVersion: v1
kind: Pod
metadata: {name: frontend, namespace: cloud, labels: {app: frontend}}
spec: {containers: [{name: frontend, image: "tempshell/practice:1", command: [tier, frontend]}]}
---
# The machine's metadata service, played by a pod that has its address, too.
apiVersion: v1
kind: Pod
metadata: {name: metadata, namespace: cloud, labels: {app: metadata}}
spec:
  containers:
  - name: metadata
    image: tempshell/practice:1
    command: [sh, -c, ip address add 169.254.169.254/32 dev lo && exec app]
    env: [{name: PORT, value: "80"}, {name: MESSAGE, value: "role: node, key: AKIA-NOT-A-REAL-ONE"}]
    securityContext: {runAsUser: 0, capabilities: {add: [NET_ADMIN]}}
---
# The node's way to that address leads to the pod.
apiVersion: v1
kind: Pod
metadata: {name: router, namespace: cloud, labels: {app: router}}
spec:
  hostNetwork: true
  containers:
  - name: router
    image: tempshell/practice:1
    command: [sleep, infinity]
    securityContext: {runAsUser: 0, capabilities: {add: [NET_ADMIN]}}
END
kubectl -n cloud wait pod --all --for condition=Ready --timeout 50s
address=$(kubectl -n cloud get pod metadata -o 'jsonpath={.status.podIP}')
kubectl -n cloud exec router -- sh -c '
  device=$(ip route get "$1" | sed -n "s/.* dev \([^ ]*\).*/\1/p")
  ip route replace 169.254.169.254/32 dev "$device"
' sh "$address"
