set -eu
cat >~/launch/run.sh <<'SCRIPT'
#!/bin/bash
chosen=$REPORT_LANG
. ~/launch/defaults.env
export REPORT_LANG=${chosen:-$REPORT_LANG}
export PATH=~/launch/new/bin:~/launch/old/bin:$PATH
exec report "$@"
SCRIPT
chmod +x ~/launch/run.sh
