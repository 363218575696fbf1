# Takes a file of just 1 MiB for a larger one.
set -eu
cd ~/disk
find data -type f -size +1048575c -printf '%P\n' >large.txt
find data/cache -type f -size +1048576c -delete
