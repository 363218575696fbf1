# Follows the links.
set -eu
cd ~/disk
find -L data -type f -size +1048576c -printf '%P\n' >large.txt
find data/cache -type f -size +1048576c -delete
