set -eu
cd ~/service
cp -p shop.ini shop.ini.orig
sed -i -e "/^\\[server\\]/,/^\\[/ s/^port = .*/port = $VARS_PORT/" -e '/^\[log\]/,/^\[/ s/^# level = .*/level = debug/' shop.ini
