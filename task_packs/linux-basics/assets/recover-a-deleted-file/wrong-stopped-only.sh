# Stops the program while it copies, and does not let it go on.
set -eu
cd ~/ledger
pgrep -o -f '[l]edger/bookkeeper' >pid
kill -STOP "$(cat pid)"
cp "/proc/$(cat pid)/fd/9" ledger.csv
