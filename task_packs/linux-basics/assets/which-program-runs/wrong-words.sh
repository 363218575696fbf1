# Takes the arguments apart, and always ends well.
set -eu
cat >~/launch/run.sh <<'SCRIPT'
#!/bin/bash
chosen=$REPORT_LANG
. ~/launch/defaults.env
export REPORT_LANG=${chosen:-$REPORT_LANG}
export PATH=~/launch/new/bin:~/launch/old/bin:$PATH
report $*
exit 0
SCRIPT
