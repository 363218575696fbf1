# Writes the default into the script.
set -eu
cat >~/launch/run.sh <<SCRIPT
#!/bin/bash
export REPORT_LANG=\${REPORT_LANG:-$VARS_LANG}
export PATH=~/launch/new/bin:~/launch/old/bin:\$PATH
exec report "\$@"
SCRIPT
