# Reads the sizes with du, and removes by name.
set -eu
cd ~/disk/data
du -ab . | while IFS=$'\t' read -r size name; do
  [ "$size" -le 1048576 ] || [ ! -f "$name" ] || [ -L "$name" ] || echo "$name"
done >../large.txt
rm cache/video.part cache/.old/*.bin
