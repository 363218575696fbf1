# The old one is still there, and the file has the name of the kind instead of its short name.
set -eu
echo backup >~/garage/short-name
kubectl apply -f - <<'END'
apiVersion: practice.tempshell.example/v1
kind: Backup
metadata: {name: weekly, namespace: garage}
spec: {source: /var/lib/garage, schedule: "0 4 * * 0", keep: 4}
END
