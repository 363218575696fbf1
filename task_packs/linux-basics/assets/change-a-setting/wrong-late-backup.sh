# Remembers the copy when it is too late.
set -eu
cd ~/service
sed -i -e "/^\\[server\\]/,/^\\[/ s/^port = .*/port = $VARS_PORT/" -e 's/^# level = .*/level = debug/' shop.ini
cp shop.ini shop.ini.orig
