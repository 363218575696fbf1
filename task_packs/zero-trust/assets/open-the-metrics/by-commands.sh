# A Service without pods of its own, and a policy that names the namespace, too.
set -eu
kubectl -n gauges expose deployment task --name task-metrics --port 9090
kubectl create -f - <<'END'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: metrics, namespace: gauges}
spec:
  podSelector: {matchExpressions: [{key: app, operator: In, values: [task]}]}
  policyTypes: [Ingress]
  ingress:
  - ports: [{protocol: TCP, port: 9090, endPort: 9090}]
    from:
    - podSelector: {matchLabels: {app: scraper}}
      namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: gauges}}
END
