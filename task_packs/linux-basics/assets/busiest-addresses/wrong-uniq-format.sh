# The right numbers, with the leading blanks of uniq -c.
set -eu
cd ~/weblog
awk '$9 ~ /^5/ { print $1 }' access.log | sort | uniq -c | sort -nr | head -n 3 >report.txt
awk '$9 == 404 { print $7 }' access.log | sort -u >missing.txt
