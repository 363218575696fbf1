# Makes a better key when the request is already there.
set -eu
umask 077
cd ~/tls
openssl req -new -newkey rsa:2048 -nodes -keyout server.key -out server.csr \
  -subj "/CN=$VARS_SHOP.example" -addext "subjectAltName=DNS:$VARS_SHOP.example,DNS:www.$VARS_SHOP.example" 2>/dev/null
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out server.key
