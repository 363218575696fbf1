# The whole list.
set -eu
printf 'NAME CPU(cores) MEMORY(bytes)\nstall-%s 1m 49Mi\n' "$VARS_HOG" >market/busiest.txt
kubectl -n market label pod "stall-$VARS_HOG" watch=memory
