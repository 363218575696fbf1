set -eu
cd ~/ledger
pgrep -o -f '[l]edger/bookkeeper' >pid
cp "/proc/$(cat pid)/fd/9" ledger.csv
