# The group may change the script, too.
set -eu
cd ~/vault
chmod 0700 keys
chmod 0600 keys/*
chmod 0775 bin/backup.sh
chmod 2770 shared
chmod o-w docs/handbook/drafts/review.txt
