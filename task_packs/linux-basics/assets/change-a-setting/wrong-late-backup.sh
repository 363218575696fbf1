# Remembers the copy when it is too late.
set -eu
cd ~/service
sed -i -e '/^\[server\]/,/^\[/ s/^port = .*/port = 9090/' -e 's/^# level = .*/level = debug/' shop.ini
cp shop.ini shop.ini.orig
