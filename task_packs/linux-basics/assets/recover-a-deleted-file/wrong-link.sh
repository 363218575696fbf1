# A link to the open file: it is gone when the program ends.
set -eu
cd ~/ledger
pgrep -o -f '[l]edger/bookkeeper' >pid
ln -s "/proc/$(cat pid)/fd/9" ledger.csv
