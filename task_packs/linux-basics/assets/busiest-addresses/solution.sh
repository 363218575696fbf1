set -eu
cd ~/weblog
awk '$9 ~ /^5/ { count[$1]++ } END { for (address in count) print count[address], address }' access.log |
  sort -k1,1nr | head -n 3 >report.txt
awk '$9 == 404 { print $7 }' access.log | sort -u >missing.txt
