# JSON, without the policy types, and with all pods of the namespaces spelt out.
set -eu
kubectl create -f - <<'END'
{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "front-door", "namespace": "house"},
 "spec": {"podSelector": {"matchLabels": {"app": "frontend"}}, "ingress": [{"from": [{"namespaceSelector": {"matchLabels": {"role": "ingress"}}, "podSelector": {}}], "ports": [{"protocol": "TCP", "port": 8080}]}]}}
END
