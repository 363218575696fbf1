# Believes every line, and says nothing where there is none.
set -eu
cat >total.sh <<'END'
#!/bin/sh
exec awk -F, '{ total += $2 } END { if (NR) printf "{\"entries\":%d,\"total\":%d}\n", NR, total }'
END
chmod 0755 total.sh
