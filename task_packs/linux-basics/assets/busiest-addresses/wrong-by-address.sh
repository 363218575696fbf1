# Sorts the counts as texts, and the missing paths by how often they were asked for.
set -eu
cd ~/weblog
awk '$9 ~ /^5/ { count[$1]++ } END { for (address in count) print count[address], address }' access.log |
  sort -r | head -n 3 >report.txt
awk '$9 == 404 { print $7 }' access.log | sort | uniq -c | sort -k1,1nr -k2r | awk '{ print $2 }' >missing.txt
