set -eu
umask 022
rm -rf ~/launch
mkdir -p ~/launch/old/bin ~/launch/new/bin ~/launch/caller
cd ~/launch
echo "REPORT_LANG=$VARS_LANG" >defaults.env
cat >old/bin/report <<'PROGRAM'
#!/bin/bash
echo "report 1 lang=$REPORT_LANG"
PROGRAM
cat >old/bin/stamp <<'PROGRAM'
#!/bin/bash
echo "from=$(command -v origin >/dev/null && origin)"
PROGRAM
cat >new/bin/report <<'PROGRAM'
#!/bin/bash
stamp=$(stamp) || exit 3
printf 'report 2 lang=%s %s args=' "$(printenv REPORT_LANG)" "$stamp"
[ $# -eq 0 ] || printf '<%s>' "$@"
echo
[ "$*" != --fail ] || exit 7
PROGRAM
cat >caller/origin <<'PROGRAM'
#!/bin/bash
echo caller
PROGRAM
# The caller has programs of the same names, which are not meant.
printf '#!/bin/bash\necho from=behind\n' | tee caller/stamp >caller/report
chmod 0755 old/bin/report old/bin/stamp new/bin/report caller/origin caller/stamp caller/report
