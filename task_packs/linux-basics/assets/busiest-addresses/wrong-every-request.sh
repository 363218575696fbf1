# Counts every request, not only those the server failed at.
set -eu
cd ~/weblog
awk '{ count[$1]++ } END { for (address in count) print count[address], address }' access.log |
  sort -k1,1nr | head -n 3 >report.txt
awk '$9 == 404 { print $7 }' access.log | sort -u >missing.txt
