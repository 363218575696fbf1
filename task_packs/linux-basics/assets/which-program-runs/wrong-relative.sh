# Works only from the home directory.
set -eu
cat >~/launch/run.sh <<'SCRIPT'
#!/bin/bash
chosen=$REPORT_LANG
. launch/defaults.env
export REPORT_LANG=${chosen:-$REPORT_LANG}
export PATH=$PWD/launch/new/bin:$PWD/launch/old/bin:$PATH
exec report "$@"
SCRIPT
