set -eu
cd ~/service
cp -p shop.ini shop.ini.orig
sed -i -e '/^\[server\]/,/^\[/ s/^port = .*/port = 9090/' -e '/^\[log\]/,/^\[/ s/^# level = .*/level = debug/' shop.ini
