# Writes the level to another section.
set -eu
cd ~/service
cp shop.ini shop.ini.orig
sed -i -e "/^\[server\]/,/^\[/ s/^port = .*/port = $VARS_PORT/" -e '$a level = debug' shop.ini
