set -eu
kubectl api-resources --api-group practice.tempshell.example --no-headers | awk '{ print $2 }' >~/garage/short-name
kubectl apply -f - <<'END'
apiVersion: practice.tempshell.example/v1
kind: Backup
metadata: {name: weekly, namespace: garage}
spec: {source: /var/lib/garage, schedule: "0 4 * * 0", keep: 4}
END
kubectl -n garage delete backups.practice.tempshell.example hourly
