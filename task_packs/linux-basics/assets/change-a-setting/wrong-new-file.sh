# Puts a new file in the place of the old one, with the permissions of a new file.
set -eu
umask 022
cd ~/service
cp shop.ini shop.ini.orig
sed -e "/^\\[server\\]/,/^\\[/ s/^port = .*/port = $VARS_PORT/" -e 's/^# level = .*/level = debug/' shop.ini >new.ini
rm shop.ini
mv new.ini shop.ini
