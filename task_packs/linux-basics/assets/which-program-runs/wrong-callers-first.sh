# What the caller has comes first.
set -eu
cat >~/launch/run.sh <<'SCRIPT'
#!/bin/bash
chosen=$REPORT_LANG
. ~/launch/defaults.env
export REPORT_LANG=${chosen:-$REPORT_LANG}
export PATH=$PATH:~/launch/new/bin:~/launch/old/bin
exec ~/launch/new/bin/report "$@"
SCRIPT
