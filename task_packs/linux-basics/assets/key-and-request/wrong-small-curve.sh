# A curve that is too small.
set -eu
umask 077
cd ~/tls
openssl ecparam -name prime192v1 -genkey -noout -out server.key
openssl req -new -key server.key -out server.csr \
  -subj "/CN=$VARS_SHOP.example" -addext "subjectAltName=DNS:$VARS_SHOP.example,DNS:www.$VARS_SHOP.example"
