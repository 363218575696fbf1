# Keeps track of the section; the new text goes into the old file, whose mode stays.
set -eu
cd ~/service
cp shop.ini shop.ini.orig
awk -v port="$VARS_PORT" '/^\[/ { section = $0 }
  section == "[server]" && /^port/ { $0 = "port=" port }
  section == "[log]" && /level/ { $0 = "level=debug" }
  { print }' shop.ini.orig >shop.ini
