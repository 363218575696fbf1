# Takes a 404 or a 5xx anywhere in the line (a size, a path) for the status.
set -eu
cd ~/weblog
awk '$9 ~ /^5/ { count[$1]++ } END { for (address in count) print count[address], address }' access.log |
  sort -k1,1nr | head -n 3 >report.txt
grep ' 404 ' access.log | awk '{ print $7 }' | sort -u >missing.txt
