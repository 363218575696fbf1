# Another folder is copied.
set -eu
echo "$VARS_SHORT" >~/garage/short-name
kubectl apply -f - <<'END'
apiVersion: practice.tempshell.example/v1
kind: Backup
metadata: {name: weekly, namespace: garage}
spec: {source: /var/lib, schedule: "0 4 * * 0", keep: 4}
END
kubectl -n garage delete backups.practice.tempshell.example hourly
