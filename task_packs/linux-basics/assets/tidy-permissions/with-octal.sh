# All modes as numbers, the folder after its files.
set -eu
cd ~/vault/keys
chmod 600 deploy.key 'mail server.key'
cd ..
chmod 700 keys
chmod 755 bin/backup.sh
chmod 2770 shared
find docs -type f -perm 666 -exec chmod 664 {} ';'
