# A key that has no size to choose.
set -eu
cd ~/tls
(umask 077 && openssl genpkey -algorithm ED25519 >server.key)
openssl req -new -key server.key -subj "/O=Shop/CN=$VARS_SHOP.example" \
  -addext "subjectAltName = DNS:$VARS_SHOP.example, DNS:www.$VARS_SHOP.example" >server.csr
