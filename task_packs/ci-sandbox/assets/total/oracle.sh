awk -F, '{ total += $2 } END { printf "\"entries\":%d\n\"total\":%d\n", NR, total }'
