# Reads and writes the settings with a library, which leaves out the comments.
set -eu
cd ~/service
cp shop.ini shop.ini.orig
sed -i -e "/^\[server\]/,/^\[/ s/^port = .*/port = $VARS_PORT/" -e 's/^# level = .*/level = debug/' -e '/^#/d' shop.ini
