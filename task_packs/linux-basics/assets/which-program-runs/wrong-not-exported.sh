# Reads the default, and keeps it to itself.
set -eu
cat >~/launch/run.sh <<'SCRIPT'
#!/bin/bash
[ -n "$REPORT_LANG" ] || . ~/launch/defaults.env
export PATH=~/launch/new/bin:~/launch/old/bin:$PATH
exec report "$@"
SCRIPT
