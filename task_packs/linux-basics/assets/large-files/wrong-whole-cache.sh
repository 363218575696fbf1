# Removes the whole cache.
set -eu
cd ~/disk
find data -type f -size +1048576c -printf '%P\n' >large.txt
rm -r data/cache/* data/cache/.old
