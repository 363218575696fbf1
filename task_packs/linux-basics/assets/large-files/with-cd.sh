# Reads the sizes with stat, in another order.
set -eu
cd ~/disk/data
find . -type f -exec stat -c '%s %n' {} + | awk '$1 > 1048576 { sub(/^[0-9]+ \.\//, ""); print }' | sort -r >../large.txt
grep '^cache/' ../large.txt | while IFS= read -r file; do rm -- "$file"; done
