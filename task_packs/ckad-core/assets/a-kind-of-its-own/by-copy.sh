# The new one is a copy of the old one; other spellings of the schedule and the source.
set -eu
kubectl get crd backups.practice.tempshell.example -o jsonpath='{.spec.names.shortNames[0]}' >~/garage/short-name
kubectl -n garage get backup hourly -o yaml |
  sed -e '/^status:/,$d' -e '/resourceVersion:/d' -e '/uid:/d' -e '/last-applied-configuration:/,+1d' -e 's/name: hourly/name: weekly/' \
    -e 's/schedule:.*/schedule: 00 04 * * SUN/' -e 's#source:.*#source: /var/lib/garage/#' -e 's/keep:.*/keep: 4/' |
  kubectl create -f -
kubectl -n garage delete backup/hourly --wait=false
