# Counts lines from 0.
set -eu
cat >total.sh <<'END'
#!/bin/sh
exec awk -F, '
  $2 !~ /^-?[0-9]+$/ { print "line " NR - 1 ": no whole number" > "/dev/stderr"; bad = 1; exit }
  { total += $2 }
  END { if (bad) exit 1; printf "{\"entries\":%d,\"total\":%d}\n", NR, total }
'
END
chmod 0755 total.sh
