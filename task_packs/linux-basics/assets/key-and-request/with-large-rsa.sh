# In two steps; the key in the older format.
set -eu
cd ~/tls
openssl genrsa -traditional -out server.key 3072 2>/dev/null
chmod go= server.key
openssl req -new -sha512 -key server.key -subj "/CN=$VARS_SHOP.example/C=NO" \
  -addext "subjectAltName=DNS:www.$VARS_SHOP.example,DNS:$VARS_SHOP.example" -out server.csr
