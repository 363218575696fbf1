# The short name from the definition, and used at once.
set -eu
kubectl get crd -o json | jq -r '.items[] | select(.spec.names.kind == "Backup") | .spec.names.shortNames[]' >~/garage/short-name
cat >/tmp/weekly.json <<'END'
{"apiVersion": "practice.tempshell.example/v1", "kind": "Backup", "metadata": {"name": "weekly", "namespace": "garage"},
 "spec": {"source": "/var/lib/garage", "schedule": "0 4 * * 7", "keep": 4}}
END
kubectl apply --server-side -f /tmp/weekly.json
kubectl -n garage delete "$(cat ~/garage/short-name)" hourly
