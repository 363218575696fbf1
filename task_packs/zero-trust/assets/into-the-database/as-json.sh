# JSON.
set -eu
kubectl create -f - <<'END'
{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "mysql-clients", "namespace": "ledger"},
 "spec": {"podSelector": {"matchLabels": {"app": "mysql"}}, "ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "auth"}}}, {"podSelector": {"matchLabels": {"app": "task"}}}], "ports": [{"protocol": "TCP", "port": 3306}]}]}}
END
