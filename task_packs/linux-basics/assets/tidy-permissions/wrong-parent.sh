# Cares for the keys, and not for the folder they are in.
set -eu
cd ~/vault
find keys -type f -exec chmod 0600 {} +
chmod 0755 bin/backup.sh
chmod 2770 shared
find docs -type f -perm -o+w -exec chmod o-w {} +
