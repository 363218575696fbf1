# Edits a script on the way.
set -eu
cd ~/vault
chmod 0700 keys
find keys -type f -exec chmod 0600 {} +
chmod 0755 bin/backup.sh
chmod 2770 shared
find docs -type f -perm -o+w -exec chmod o-w {} +
echo 'echo done' >>bin/backup.sh
