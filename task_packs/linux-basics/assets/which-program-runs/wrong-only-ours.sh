# Replaces the PATH, and loses what the caller had on it.
set -eu
cat >~/launch/run.sh <<'SCRIPT'
#!/bin/bash
chosen=$REPORT_LANG
. ~/launch/defaults.env
export REPORT_LANG=${chosen:-$REPORT_LANG}
export PATH=~/launch/new/bin:~/launch/old/bin:/usr/bin:/bin
exec report "$@"
SCRIPT
