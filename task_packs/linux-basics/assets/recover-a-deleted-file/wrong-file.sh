# Takes the first deleted file there is.
set -eu
cd ~/ledger
pgrep -o -f '[l]edger/bookkeeper' >pid
cp "/proc/$(cat pid)/fd/7" ledger.csv
