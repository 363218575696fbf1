# Changes the port wherever there is one.
set -eu
cd ~/service
cp shop.ini shop.ini.orig
sed -i -e "s/^port = .*/port = $VARS_PORT/" -e 's/^# level = .*/level = debug/' shop.ini
