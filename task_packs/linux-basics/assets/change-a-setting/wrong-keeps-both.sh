# Adds the new settings above the old ones, which come later and win.
set -eu
cd ~/service
cp shop.ini shop.ini.orig
sed -i -e "s/^\[server\]/&\nport = $VARS_PORT/" -e 's/^# level = .*/level = debug\nlevel = info/' shop.ini
