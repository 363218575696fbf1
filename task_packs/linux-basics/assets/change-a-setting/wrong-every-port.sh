# Changes the port wherever there is one.
set -eu
cd ~/service
cp shop.ini shop.ini.orig
sed -i -e 's/^port = .*/port = 9090/' -e 's/^# level = .*/level = debug/' shop.ini
