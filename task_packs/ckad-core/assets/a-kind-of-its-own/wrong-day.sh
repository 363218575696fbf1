# On Mondays, and at four minutes past midnight.
set -eu
echo "$VARS_SHORT" >~/garage/short-name
kubectl apply -f - <<'END'
apiVersion: practice.tempshell.example/v1
kind: Backup
metadata: {name: weekly, namespace: garage}
spec: {source: /var/lib/garage, schedule: "4 0 * * 1", keep: 4}
END
kubectl -n garage delete backups.practice.tempshell.example hourly
