# Takes more than one permission away, and from more than one file.
set -eu
cd ~/vault
chmod 0700 keys
chmod 0600 keys/*
chmod 0755 bin/backup.sh
chmod 2770 shared
chmod -R go-w docs
