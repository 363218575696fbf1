# A key that asks for a passphrase in the middle of the night.
set -eu
umask 077
cd ~/tls
openssl req -new -newkey rsa:2048 -passout pass:secret -keyout server.key -out server.csr \
  -subj "/CN=$VARS_SHOP.example" -addext "subjectAltName=DNS:$VARS_SHOP.example,DNS:www.$VARS_SHOP.example" 2>/dev/null
