# Empties the files in the cache, and leaves them there.
set -eu
cd ~/disk
find data -type f -size +1048576c -printf '%P\n' >large.txt
find data/cache -type f -size +1048576c -exec truncate -s 0 {} +
