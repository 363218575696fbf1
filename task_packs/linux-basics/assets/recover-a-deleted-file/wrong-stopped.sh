# Stops the program as soon as the file is back.
set -eu
cd ~/ledger
pgrep -o -f '[l]edger/bookkeeper' >pid
cp "/proc/$(cat pid)/fd/9" ledger.csv
pkill -f '[l]edger/bookkeeper'
while pgrep -f '[l]edger/bookkeeper' >/dev/null; do sleep 0.1; done
