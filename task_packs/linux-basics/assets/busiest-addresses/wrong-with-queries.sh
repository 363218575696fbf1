# Names a path as often as it was asked for, and one address too many.
set -eu
cd ~/weblog
awk '$9 ~ /^5/ { count[$1]++ } END { for (address in count) print count[address], address }' access.log |
  sort -k1,1nr | head -n 4 >report.txt
awk '$9 == 404 { print $7 }' access.log | sort >missing.txt
