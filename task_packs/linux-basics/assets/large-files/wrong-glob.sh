# Looks at what a shell's pattern matches, which is nothing hidden.
set -eu
cd ~/disk/data
find ./* -type f -not -path '*/.*' -size +1048576c | sed 's:^\./::' >../large.txt
find cache/* -type f -size +1048576c -delete
