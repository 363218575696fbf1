# A certificate, signed by itself, in the place of a request.
set -eu
umask 077
cd ~/tls
openssl req -x509 -newkey rsa:2048 -nodes -keyout server.key -out server.csr \
  -subj "/CN=$VARS_SHOP.example" -addext "subjectAltName=DNS:$VARS_SHOP.example,DNS:www.$VARS_SHOP.example" 2>/dev/null
