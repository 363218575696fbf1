# Changes the program, and not the environment that it runs in.
set -eu
cat >~/launch/run.sh <<'SCRIPT'
#!/bin/bash
export PATH=~/launch/new/bin:~/launch/old/bin:$PATH
exec report "$@"
SCRIPT
sed -i 's/$(printenv REPORT_LANG)/${REPORT_LANG:-'"$VARS_LANG"'}/' ~/launch/new/bin/report
