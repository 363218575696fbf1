# Reads the default only where it is needed.
set -eu
cat >~/launch/run.sh <<'SCRIPT'
#!/bin/bash
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
default() { sed -n 's/^REPORT_LANG=//p' "$here/defaults.env"; }
[ -n "$REPORT_LANG" ] || REPORT_LANG=$(default)
export REPORT_LANG
PATH="$here/new/bin:$here/old/bin:$PATH" "$here/new/bin/report" "$@"
exit $?
SCRIPT
