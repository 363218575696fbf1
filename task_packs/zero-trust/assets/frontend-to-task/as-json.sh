# JSON, without the policy types and the protocol: TCP is the default.
set -eu
kubectl create -f - <<'END'
{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "task-from-frontend", "namespace": "board"},
 "spec": {"podSelector": {"matchLabels": {"app": "task"}}, "ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "frontend"}}}], "ports": [{"port": 8002}]}]}}
END
