# The folders stand in the wrong order.
set -eu
cat >~/launch/run.sh <<'SCRIPT'
#!/bin/bash
chosen=$REPORT_LANG
. ~/launch/defaults.env
export REPORT_LANG=${chosen:-$REPORT_LANG}
export PATH=~/launch/old/bin:~/launch/new/bin:$PATH
report "$@"
~/launch/new/bin/report "$@" | sed 's/^report 2/and also/'
exit "${PIPESTATUS[0]}"
SCRIPT
