# With grep, cut and uniq.
set -eu
cd ~/weblog
grep -E '" 5[0-9]{2} [0-9]+ "' access.log | cut -d ' ' -f 1 | sort | uniq -c | sort -rn | sed -n '1,3s/^ *//p' >report.txt
sed -nE 's/^[^"]*"[A-Z]+ ([^ ]+) [^"]*" 404 .*/\1/p' access.log | LC_ALL=C sort | uniq >missing.txt
