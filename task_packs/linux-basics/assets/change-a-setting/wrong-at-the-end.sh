# Writes the new settings to the end, where they belong to another section.
set -eu
cd ~/service
cp shop.ini shop.ini.orig
printf 'port = 9090\nlevel = debug\n' >>shop.ini
