# Writes what it has, also when a line is wrong.
set -eu
cat >total.sh <<'END'
#!/bin/sh
exec awk -F, '
  $2 !~ /^-?[0-9]+$/ { print "line " NR ": no whole number" > "/dev/stderr"; bad = 1; exit }
  { total += $2 }
  END { printf "{\"entries\":%d,\"total\":%d}\n", NR, total; exit bad }
'
END
chmod 0755 total.sh
