# The policy is made again, from JSON.
set -eu
kubectl replace --force -f - <<'END'
{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "auth-clients", "namespace": "partner"},
 "spec": {"podSelector": {"matchLabels": {"app": "auth"}}, "policyTypes": ["Ingress"], "ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "frontend"}}, "namespaceSelector": {"matchLabels": {"team": "web"}}}], "ports": [{"protocol": "TCP", "port": 8001}]}]}}
END
