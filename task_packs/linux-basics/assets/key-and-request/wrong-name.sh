# Another common name, and the old key is thrown away too soon.
set -eu
umask 077
cd ~/tls
openssl req -new -newkey rsa:2048 -nodes -keyout server.key -out server.csr \
  -subj "/CN=www.$VARS_SHOP.example" -addext "subjectAltName=DNS:$VARS_SHOP.example,DNS:www.$VARS_SHOP.example" 2>/dev/null
rm old.key
