# Copies a part of it.
set -eu
cd ~/ledger
pgrep -o -f '[l]edger/bookkeeper' >pid
tail -n 30 "/proc/$(cat pid)/fd/9" >ledger.csv
