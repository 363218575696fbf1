# Keeps track of the section; the new text goes into the old file, whose mode stays.
set -eu
cd ~/service
cp shop.ini shop.ini.orig
awk '/^\[/ { section = $0 }
  section == "[server]" && /^port/ { $0 = "port=9090" }
  section == "[log]" && /level/ { $0 = "level=debug" }
  { print }' shop.ini.orig >shop.ini
