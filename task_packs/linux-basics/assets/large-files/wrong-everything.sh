# Removes all of them, not only those of the cache.
set -eu
cd ~/disk
find data -type f -size +1048576c -printf '%P\n' >large.txt
find data -type f -size +1048576c -delete
