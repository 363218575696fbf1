# JSON instead of YAML.
set -eu
kubectl create -f - <<'END'
{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "default-deny", "namespace": "closed"},
 "spec": {"podSelector": {"matchLabels": {}}, "policyTypes": ["Ingress", "Egress"]}}
END
