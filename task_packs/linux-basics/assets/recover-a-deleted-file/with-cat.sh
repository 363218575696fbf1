# Reads the link in /proc of what lsof or ls would show, and writes the number without a newline.
set -eu
cd ~/ledger
pid=$(pgrep -n -f '[l]edger/bookkeeper')
printf %s "$pid" >pid
for number in $(ls "/proc/$pid/fd"); do
  case $(readlink "/proc/$pid/fd/$number") in *ledger.csv*) cat <"/proc/$pid/fd/$number" >restored ;; esac
done
mv restored ledger.csv
