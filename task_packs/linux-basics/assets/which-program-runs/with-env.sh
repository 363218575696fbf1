# Names the folders in full, and lets env hand everything over.
set -eu
cat >~/script.tmp <<SCRIPT
#!/bin/bash
# Runs the new report.
set -a
CALLER=\${REPORT_LANG-}
source $HOME/launch/defaults.env
if [[ -n \$CALLER ]]; then REPORT_LANG=\$CALLER; fi
unset CALLER
exec /usr/bin/env PATH="$HOME/launch/new/bin:$HOME/launch/old/bin:\$PATH" report "\$@"
SCRIPT
mv ~/script.tmp ~/launch/run.sh
