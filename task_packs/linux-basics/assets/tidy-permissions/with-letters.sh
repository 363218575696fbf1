# All modes as letters.
set -eu
cd ~/vault
chmod u=rwx,go= keys
chmod u=rw,go= keys/*
chmod a=rx,u+w bin/backup.sh
chmod ug=rwx,o=,g+s shared
chmod o-w docs/handbook/drafts/review.txt
