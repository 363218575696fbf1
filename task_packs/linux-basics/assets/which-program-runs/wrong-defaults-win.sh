# The defaults come last, and win.
set -eu
cat >~/launch/run.sh <<'SCRIPT'
#!/bin/bash
. ~/launch/defaults.env
export REPORT_LANG
export PATH=~/launch/new/bin:~/launch/old/bin:$PATH
exec report "$@"
SCRIPT
